import { PROVIDER_INCIDENT_ENDS, REASONS } from "@overdue/core";
import { expect, test } from "vitest";

import { renderEmail } from "./email/render.ts";
import { composeAlert } from "./message/compose.ts";
import { everyMessage } from "./testing/every-alert.ts";
import { downActions, PUBLIC_URL } from "./testing/alert-samples.ts";
import { channelKinds, isKindName, openChannel } from "./registry.ts";
import { sampleSettings } from "./testing/channel-settings.ts";

const OPERATOR = {
  publicUrl: PUBLIC_URL,
  telegramApiRoot: "https://api.telegram.org",
  telegramBotToken: null,
  slackApiUrl: "https://slack.com/api",
};
const KINDS = Object.keys(channelKinds).filter(isKindName);
/** Keys that stand for themselves in the product's own tables, where they are no words of English. */
const KEYS = [...REASONS, ...PROVIDER_INCIDENT_ENDS].filter((key) => key.includes("-"));
const BROKEN = new RegExp(
  `\\b(undefined|NaN|together|endedBy|${KEYS.join("|")})\\b|\\[object |\\bnull\\b|Invalid Date`,
);
/** Names of fields and values that only programs read, beside the texts. */
const MACHINE = ["webhook", "pagerduty", "opsgenie"] as const;

test.each([...everyMessage])("no key and nothing broken stands in the words of: %s", async (_, facts) => {
  const message = composeAlert(facts, PUBLIC_URL, downActions);
  expect(message.title).not.toBe("");
  const words = { ...message, facts: null, actions: null, kind: "" };
  expect(textsIn(words).filter((text) => BROKEN.test(text))).toEqual([]);
  const mail = await renderEmail(message, "https://overdue.example.org/stop");
  expect([mail.subject, mail.text, mail.html].filter((text) => BROKEN.test(text))).toEqual([]);
  for (const kind of KINDS) {
    const channel = openChannel(kind, sampleSettings[kind]);
    if (channel.via !== "http") continue;
    for (const style of ["rich", "plain"] as const) {
      const request = channel.request(message, style, OPERATOR);
      if (!("body" in request) || MACHINE.some((machine) => machine === kind)) continue;
      expect({ kind, broken: textsOf(request.body).filter((text) => BROKEN.test(text)) }).toEqual({
        kind,
        broken: [],
      });
    }
  }
});

test.each(["pagerduty", "opsgenie", "splunk-on-call"] as const)(
  "%s gets an event for what is an incident, with the key of the incident, and nothing else",
  (kind) => {
    const channel = openChannel(kind, sampleSettings[kind]);
    if (channel.via !== "http") throw new Error("It is sent by HTTP.");
    for (const [name, facts] of everyMessage) {
      if (facts.kind === "confirm" || facts.group) continue;
      const request = channel.request(composeAlert(facts, PUBLIC_URL), "rich", OPERATOR);
      const said = "body" in request ? `${request.url} ${request.body}` : "nothing";
      const ends = /"event_action":"resolve"|\/close\?|"message_type":"RECOVERY"/.test(said);
      const expected = {
        ends: facts.kind === "up",
        isSent: !["run", "notice", "report"].includes(facts.kind),
      };
      expect({ name, ends, isSent: said !== "nothing" }).toEqual({ name, ...expected });
      const key = facts.incident === null || !expected.isSent ? "" : `overdue-${facts.incident.id}`;
      expect(said).toContain(key);
    }
  },
);

function textsOf(body: string): string[] {
  try {
    return textsIn(JSON.parse(body));
  } catch {
    return [...new URLSearchParams(body).values()];
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
