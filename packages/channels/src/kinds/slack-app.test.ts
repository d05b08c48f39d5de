import { expect, test } from "vitest";

import { composeAlert } from "../message/compose.ts";
import { downActions, downFacts, PUBLIC_URL, upFacts } from "../testing/alert-samples.ts";
import { openChannel, parseSettings } from "../registry.ts";

const SETTINGS = { token: "xoxb-1", channel: "C0123", team: "T0123", place: "#ops, Acme" };
const operator = {
  publicUrl: PUBLIC_URL,
  telegramApiRoot: "",
  telegramBotToken: null,
  slackApiUrl: "https://slack.com/api/",
};
const INCIDENT = downFacts.incident?.id;

test("a down goes to the place that was picked, with buttons that name its incident", () => {
  const { url, headers, body } = requestFor(composeAlert(downFacts, PUBLIC_URL, downActions));
  expect({ url, headers }).toEqual({
    url: "https://slack.com/api/chat.postMessage",
    headers: { "content-type": "application/json; charset=utf-8", authorization: "Bearer xoxb-1" },
  });
  expect(body).toMatchObject({ channel: "C0123", unfurl_links: false });
  expect(body.blocks.at(-1)).toEqual({
    type: "actions",
    block_id: "overdue-acts",
    elements: [
      { ...button("acknowledge", "Acknowledge"), value: INCIDENT, style: "primary" },
      { ...button("snooze-2h", "Snooze 2 hours"), value: INCIDENT },
      { ...button("snooze-tomorrow", "Snooze until tomorrow 9:00"), value: INCIDENT },
      { ...button("snooze-recovery", "Snooze until it recovers"), value: INCIDENT },
      { ...button("open", "Open in Overdue"), url: expect.stringContaining("/checks/") },
    ],
  });
  expect(JSON.stringify(body)).not.toContain("/incidents/act");
});

test("a recovery has only the button that opens it in the app", () => {
  const { body } = requestFor(composeAlert(upFacts, PUBLIC_URL));
  expect(body.blocks.at(-1)).toMatchObject({ elements: [{ action_id: "open" }] });
});

test.each([
  [200, { ok: true, ts: "1.2" }, { outcome: "sent", providerRef: "1.2" }],
  [200, { ok: false, error: "token_revoked" }, { outcome: "permanent" }],
  [200, { ok: false, error: "channel_not_found" }, { outcome: "permanent" }],
  [200, { ok: false, error: "not_in_channel" }, { outcome: "permanent" }],
  [200, { ok: false, error: "is_archived" }, { outcome: "permanent" }],
  [200, { ok: false, error: "missing_scope" }, { outcome: "permanent" }],
  [200, { ok: false, error: "invalid_blocks" }, { outcome: "plain" }],
  [200, { ok: false, error: "internal_error" }, { outcome: "transient", uncertain: false }],
  [200, { ok: false, error: "ratelimited" }, { outcome: "throttled", retryAfterMs: 7_000 }],
  [429, { ok: false, error: "ratelimited" }, { outcome: "throttled", retryAfterMs: 7_000 }],
  [429, "", { outcome: "throttled", retryAfterMs: 7_000 }],
  [503, "upstream", { outcome: "transient", uncertain: false }],
  [200, "<html>", { outcome: "transient", uncertain: true }],
])("status %i with %j is %j", (status, answered, outcome) => {
  const body = typeof answered === "string" ? answered : JSON.stringify(answered);
  const answer = { status, headers: { "retry-after": "7" }, body, receivedAt: 0 };
  expect(channel().read(answer)).toMatchObject(outcome);
});

test("what is shown is the place, and neither token nor id", () => {
  expect(parseSettings("slack", SETTINGS)).toMatchObject({ ok: true, hint: "#ops, Acme" });
});

test.each([{}, { token: "xoxb-1" }, { ...SETTINGS, url: "https://hooks.slack.com/services/T/B/x" }])(
  "%j is neither an app nor a webhook",
  (settings) => {
    expect(parseSettings("slack", settings)).toMatchObject({ ok: false, problems: [{ field: "url" }] });
  },
);

function channel() {
  const opened = openChannel("slack", SETTINGS);
  if (opened.via !== "http") throw new Error("Slack is spoken over HTTP");
  return opened;
}

function requestFor(message: ReturnType<typeof composeAlert>) {
  const request = channel().request(message, "rich", operator);
  if (!("body" in request)) throw new Error("A message is always sent.");
  const body: { blocks: unknown[] } & Record<string, unknown> = JSON.parse(request.body);
  return { ...request, body };
}

function button(actionId: string, text: string) {
  return { type: "button", action_id: actionId, text: { type: "plain_text", text, emoji: false } };
}
