import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { slackFault } from "./slack-blocks.ts";
import { parseTelegramHtml } from "./telegram-html.ts";
import { startFakeTelegram, telegramLimit, type FakeTelegram } from "./telegram.ts";

describe("Telegram's HTML", () => {
  test.each([
    ["<b>x</b> &lt;y&gt; &amp;amp; &unknown; &", "x <y> &amp; &unknown; &"],
    ["<pre><code>a</code></pre>", "a"],
    ['<a href="https://x.org">x</a>', "x"],
    ["&#65;&#x42;", "AB"],
  ])("%s is read as %s", (source, text) => {
    expect(parseTelegramHtml(source)).toEqual({ text });
  });

  test.each([
    ["a < b", 'Unsupported start tag "" at byte offset 2'],
    ["é<script>", 'Unsupported start tag "script" at byte offset 2'],
    ["<b>x", `Can't find end tag corresponding to start tag "b"`],
    ["x</b>", 'Unmatched end tag, expected "</>" at byte offset 1'],
    ["<b><i>x</b></i>", 'Unmatched end tag, expected "</i>" at byte offset 7'],
    ["<b", 'Unsupported start tag "b" at byte offset 0'],
  ])("%s is refused", (source, fault) => {
    expect(parseTelegramHtml(source)).toEqual({ fault });
  });
});

describe("Slack's blocks", () => {
  const header = (text: string) => ({ type: "header", text: { type: "plain_text", text } });
  test.each([
    ["not JSON", "invalid_payload"],
    ["[]", "invalid_payload"],
    ["{}", "no_text"],
    [JSON.stringify({ text: "x" }), null],
    [JSON.stringify({ blocks: [header("x")] }), null],
    [JSON.stringify({ blocks: [header("x".repeat(151))] }), "invalid_blocks"],
    [JSON.stringify({ blocks: [{ type: "header", text: { type: "mrkdwn", text: "x" } }] }), "invalid_blocks"],
    [JSON.stringify({ blocks: [{ type: "section" }] }), "invalid_blocks"],
    [JSON.stringify({ blocks: [{ type: "section", text: { type: "mrkdwn", text: "" } }] }), "invalid_blocks"],
    [JSON.stringify({ blocks: [{ type: "section", fields: [] }] }), "invalid_blocks"],
    [JSON.stringify({ blocks: Array.from({ length: 51 }, () => header("x")) }), "invalid_blocks"],
    [JSON.stringify({ blocks: [{ type: "marquee" }] }), "invalid_blocks"],
  ])("%.60s… is answered with %s", (body, fault) => {
    expect(slackFault(body)).toBe(fault);
  });
});

describe("the Bot API", () => {
  let telegram: FakeTelegram;
  beforeAll(async () => {
    telegram = await startFakeTelegram();
  });
  afterAll(() => telegram.close());

  test("delivers to a chat", async () => {
    expect(await send({ chat_id: "1", text: "hi" })).toMatchObject({ ok: true, result: { message_id: 1 } });
    expect(await telegram.waitFor((message) => message.chat === "1")).toMatchObject({ text: "hi" });
  });

  test.each([
    ["blocked", 403, "Forbidden: bot was blocked by the user"],
    ["gone", 400, "Bad Request: chat not found"],
  ] as const)("answers for a chat that is %s", async (fate, error_code, description) => {
    telegram.setFate(`-${fate}`, fate);
    expect(await send({ chat_id: `-${fate}`, text: "hi" })).toEqual({ ok: false, error_code, description });
  });

  test("names the chat that a group moved to", async () => {
    telegram.setFate("-5", { movedTo: "-1005" });
    expect(await send({ chat_id: "-5", text: "hi" })).toMatchObject({
      parameters: { migrate_to_chat_id: -1005 },
    });
  });

  test("asks to wait where a test sets that answer", async () => {
    telegram.next(telegramLimit(3));
    expect(await send({ chat_id: "1", text: "hi" })).toMatchObject({ parameters: { retry_after: 3 } });
  });

  test("does not know another token", async () => {
    const answer = await fetch(`${telegram.root}/bot1:x/getMe`);
    expect(answer.status).toBe(401);
  });

  async function send(body: Record<string, unknown>): Promise<unknown> {
    const answer = await fetch(`${telegram.root}/bot${telegram.token}/sendMessage`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.json();
  }
});
