import { describe, expect, test } from "vitest";

import { composeAlert } from "../message/compose.ts";
import { downFacts, HOSTILE_TEXTS, hostileFacts, PUBLIC_URL, upFacts } from "../testing/alert-samples.ts";
import { openChannel, parseSettings } from "../registry.ts";
import { payload } from "./slack.ts";

const HOOK = "https://hooks.slack.com/services/T00000000/B00000000/abcdefghWXYZ";
const down = composeAlert(downFacts, PUBLIC_URL);

test("a down is a header, a sentence, fields, the output and a link", () => {
  expect(payload(down, "rich")).toEqual({
    text: "nightly backup is down: missed. No ping came when it was expected, nor in the grace time of 10 min after.",
    blocks: [
      { type: "header", text: plain("🔴 nightly backup is down: missed") },
      {
        type: "section",
        text: plain("No ping came when it was expected, nor in the grace time of 10 min after."),
      },
      {
        type: "section",
        fields: [
          plain("What to do\nFree space on db2, then start it again."),
          plain("Project\nOps"),
          plain("Expected\n2026-11-20 02:30:00 Europe/Berlin (01:30:00 UTC)"),
          plain("Deadline\n2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)"),
          plain("Last heard\n2026-11-19 02:31:12 Europe/Berlin (01:31:12 UTC), success"),
          plain("Down since\n2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)"),
        ],
      },
      {
        type: "section",
        text: plain("Output of the last run that came, not of the missing one:\nsaved 12 GB"),
      },
      { type: "section", text: { type: "mrkdwn", text: `<${down.link}|Open in Overdue>` } },
    ],
    unfurl_links: false,
    unfurl_media: false,
  });
});

test("an up says so in its header", () => {
  expect(payload(composeAlert(upFacts, PUBLIC_URL), "rich")).toMatchObject({
    text: expect.stringContaining("nightly backup is up again"),
    blocks: expect.arrayContaining([{ type: "header", text: plain("🟢 nightly backup is up again") }]),
  });
});

test("plain style has no blocks and no markup", () => {
  const body = payload(down, "plain");
  expect(body).not.toHaveProperty("blocks");
  expect(body).toMatchObject({ mrkdwn: false, text: expect.stringContaining("Project: Ops") });
});

describe.each(HOSTILE_TEXTS.map((hostile, index) => ({ hostile, index })))(
  "hostile text $index",
  ({ hostile }) => {
    const message = composeAlert(hostileFacts(hostile), PUBLIC_URL);

    test("stands only in plain_text, and its angles are escaped in the fallback text", () => {
      const { text, blocks } = payload(message, "rich");
      const markup = JSON.stringify(blocks).match(/"mrkdwn","text":"[^"]*"/g);
      expect(markup).toEqual([`"mrkdwn","text":"<${message.link}|Open in Overdue>"`]);
      expect(text).not.toMatch(/[<>]/);
    });
  },
);

test.each([
  [200, "ok", "sent"],
  [404, "no_service", "permanent"],
  [404, "<html>404 Not Found</html>", "transient"],
  [200, "<html>Please sign in</html>", "transient"],
  [410, "channel_is_archived", "permanent"],
  [403, "invalid_token", "permanent"],
  [403, "action_prohibited", "permanent"],
  [400, "invalid_blocks", "plain"],
  [400, "invalid_payload", "plain"],
  [400, "something new", "transient"],
  [500, "rollup_error", "transient"],
  [429, "rate_limited", "throttled"],
])("the answer %i %s is %s", (status, body, outcome) => {
  const channel = openChannel("slack", { url: HOOK });
  if (channel.via !== "http") throw new Error("Slack is spoken over HTTP");
  const answer = { status, headers: { "retry-after": "30" }, body, receivedAt: 0 };
  expect(channel.read(answer)).toMatchObject({ outcome });
});

test("only the last four characters of the hook are shown", () => {
  expect(parseSettings("slack", { url: HOOK })).toMatchObject({ ok: true, hint: "hooks.slack.com/…WXYZ" });
});

test("the request may reach Slack alone, unless the operator runs a host of their own", () => {
  const channel = openChannel("slack", { url: "http://127.0.0.1:9999/services/x" });
  if (channel.via !== "http") throw new Error("Slack is spoken over HTTP");
  const operator = {
    publicUrl: PUBLIC_URL,
    telegramApiRoot: "",
    telegramBotToken: null,
    slackApiUrl: "https://slack.com/api/",
  };
  expect(channel.request(down, "rich", operator)).toMatchObject({
    trusted: false,
    onlyHosts: ["slack.com", "slack-gov.com"],
  });
  expect(
    channel.request(down, "rich", { ...operator, slackApiUrl: "http://127.0.0.1:9999/api/" }),
  ).toMatchObject({ trusted: true });
});

function plain(text: string) {
  return { type: "plain_text", text, emoji: false };
}
