import { describe, expect, test } from "vitest";

import type { OpenChannel, Operator, Outcome } from "../kind.ts";
import { composeAlert } from "../message/compose.ts";
import { downFacts, HOSTILE_TEXTS, hostileFacts, PUBLIC_URL, upFacts } from "../testing/alert-samples.ts";
import { openChannel, parseSettings } from "../registry.ts";
import { payload } from "./telegram.ts";

const INCIDENT = downFacts.incident?.id;
const TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const operator: Operator = {
  publicUrl: PUBLIC_URL,
  telegramApiRoot: "https://api.telegram.org/",
  telegramBotToken: TOKEN,
  slackApiUrl: "https://slack.com/api/",
};
const down = composeAlert(downFacts, PUBLIC_URL);

test("a down is an HTML message whose template is fixed", () => {
  expect(payload({ chat: "-100123" }, down, "rich")).toEqual({
    chat_id: "-100123",
    text: `🔴 <b>nightly backup is down: missed</b>

No ping came when it was expected, nor in the grace time of 10 min after.

What to do: Free space on db2, then start it again.
Project: Ops
Expected: 2026-11-20 02:30:00 Europe/Berlin (01:30:00 UTC)
Deadline: 2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)
Last heard: 2026-11-19 02:31:12 Europe/Berlin (01:31:12 UTC), success
Down since: 2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)

Output of the last run that came, not of the missing one:
<pre>saved 12 GB</pre>

https://overdue.example.org/projects/0199a1b2-0000-7000-8000-0000000000aa/checks/0199a1b2-0000-7000-8000-0000000000bb`,
    parse_mode: "HTML",
    reply_markup: {
      inline_keyboard: [
        [{ text: "Acknowledge", callback_data: `ack:${INCIDENT}` }],
        [
          { text: "Snooze 2 h", callback_data: `snooze2h:${INCIDENT}` },
          { text: "… until it recovers", callback_data: `snoozeup:${INCIDENT}` },
        ],
      ],
    },
    link_preview_options: { is_disabled: true },
  });
});

test("a bot of one's own shows no buttons, because no press of them would reach us", () => {
  expect(payload({ chat: "1", token: TOKEN }, down, "rich")).not.toHaveProperty("reply_markup");
});

test("what Telegram sends back of a button fits its 64 bytes", () => {
  for (const [, data] of JSON.stringify(payload({ chat: "1" }, down, "rich")).matchAll(
    /"callback_data":"([^"]*)"/g,
  )) {
    expect(Buffer.byteLength(data ?? "")).toBeLessThanOrEqual(64);
  }
});

test("an up goes to the topic that was named", () => {
  const up = payload({ chat: "-100123", topic: 7 }, composeAlert(upFacts, PUBLIC_URL), "rich");
  expect(up).toMatchObject({ chat_id: "-100123", message_thread_id: 7, parse_mode: "HTML" });
  expect(up["text"]).toContain("🟢 <b>nightly backup is up again</b>");
});

test("plain style has no parse mode", () => {
  const plain = payload({ chat: "1" }, down, "plain");
  expect(plain).not.toHaveProperty("parse_mode");
  expect(plain["text"]).toContain("🔴 nightly backup is down: missed");
});

describe.each(HOSTILE_TEXTS.map((hostile, index) => ({ hostile, index })))(
  "hostile text $index",
  ({ hostile }) => {
    const text = String(
      payload({ chat: "1" }, composeAlert(hostileFacts(hostile), PUBLIC_URL), "rich")["text"],
    );

    test("has no markup but ours, and every & begins an entity", () => {
      expect(text.match(/<[^>]*>/g)?.filter((tag) => !/^<\/?(b|pre)>$/.test(tag))).toEqual([]);
      expect(text.match(/<b>/g)).toHaveLength(1);
      expect(text.replaceAll(/&(amp|lt|gt);/g, "")).not.toContain("&");
    });

    test("stays within 4,096", () => {
      expect(text.length).toBeLessThanOrEqual(4_096);
    });
  },
);

test.each([
  [200, { ok: true, result: { message_id: 42 } }, { outcome: "sent", providerRef: "42" }],
  [200, "not JSON", { outcome: "transient", uncertain: true }],
  [
    400,
    { ok: false, description: "Bad Request: can't parse entities: Unsupported start tag" },
    { outcome: "plain" },
  ],
  [400, { ok: false, description: "Bad Request: chat not found" }, { outcome: "permanent" }],
  [403, { ok: false, description: "Forbidden: bot was blocked by the user" }, { outcome: "permanent" }],
  [429, { ok: false, parameters: { retry_after: 7 } }, { outcome: "throttled", retryAfterMs: 7_000 }],
  [
    400,
    { ok: false, description: "group upgraded", parameters: { migrate_to_chat_id: -100999 } },
    { outcome: "moved", settings: { chat: "-100999" } },
  ],
  [502, "<html>Bad Gateway</html>", { outcome: "transient" }],
  [401, { ok: false, description: "Unauthorized" }, { outcome: "operator" }],
  [404, { ok: false, description: "Not Found" }, { outcome: "operator" }],
  [403, "<html>403 Forbidden</html>", { outcome: "transient" }],
  [404, "<html>404 Not Found</html>", { outcome: "transient" }],
])("the answer %i %j means %j", (status, body, expected) => {
  expect(answerTo(openChannel("telegram", { chat: "1" }), status, body)).toMatchObject(expected);
});

test("an unknown token breaks the channel only where the token is its own", () => {
  expect(answerTo(openChannel("telegram", { chat: "1", token: TOKEN }), 401, { ok: false })).toMatchObject({
    outcome: "permanent",
  });
});

test("without any bot token the outcome names what to set", () => {
  const channel = openChannel("telegram", { chat: "1" });
  if (channel.via !== "http") throw new Error("Telegram is spoken over HTTP");
  expect(channel.request(down, "rich", { ...operator, telegramBotToken: null })).toEqual({
    unavailable: "No Telegram bot is set: give this channel a bot token, or set TELEGRAM_BOT_TOKEN.",
  });
});

test("the request goes to the operator's own Bot API server", () => {
  const channel = openChannel("telegram", { chat: "1" });
  if (channel.via !== "http") throw new Error("Telegram is spoken over HTTP");
  expect(channel.request(down, "rich", operator)).toMatchObject({
    url: `https://api.telegram.org/bot${TOKEN}/sendMessage`,
    trusted: true,
  });
});

test.each([
  [{ chat: -100123 }, { chat: "-100123" }],
  [
    { chat: " @ops_alerts ", topic: "5" },
    { chat: "@ops_alerts", topic: 5 },
  ],
])("the settings %j are stored as %j", (input, settings) => {
  expect(parseSettings("telegram", input)).toMatchObject({ ok: true, settings });
});

test.each([
  ["-1001234567890_13", { chat: "-1001234567890", topic: 13 }],
  ["https://t.me/c/1234567890/13/42", { chat: "-1001234567890", topic: 13 }],
  ["t.me/c/1234567890/13/42?single", { chat: "-1001234567890", topic: 13 }],
  ["https://t.me/ops_alerts/13/42", { chat: "@ops_alerts", topic: 13 }],
  ["https://t.me/ops_alerts", { chat: "@ops_alerts" }],
])("the chat %s is read as %j", (chat, settings) => {
  expect(parseSettings("telegram", { chat })).toMatchObject({ ok: true, settings });
});

test.each([
  [{ chat: "https://t.me/c/1234567890/42" }, "chat", /-1001234567890 as the chat, and the topic's number/],
  [{ chat: "-1001234567890_13", topic: 7 }, "topic", /names the topic 13, and the field “topic” says 7/],
  [{ chat: "https://t.me/+AbCdEf" }, "chat", /goes into the field “topic”/],
])("%j is refused in words that name the topic's field", (input, field, message) => {
  expect(parseSettings("telegram", input)).toMatchObject({
    ok: false,
    problems: [{ field, message: expect.stringMatching(message) }],
  });
});

test("the hint shows the chat and never the token", () => {
  const parsed = parseSettings("telegram", { chat: "5", token: TOKEN });
  expect(parsed).toMatchObject({ ok: true, hint: "chat 5" });
});

function answerTo(channel: OpenChannel, status: number, body: unknown): Outcome {
  if (channel.via !== "http") throw new Error("Telegram is spoken over HTTP");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return channel.read({ status, headers: {}, body: text, receivedAt: 0 });
}
