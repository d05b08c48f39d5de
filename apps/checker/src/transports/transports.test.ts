import { createHmac } from "node:crypto";

import { composeAlert, openChannel, type Operator } from "@overdue/channels";
import type { AlertFacts } from "@overdue/core";
import {
  slackLimit,
  startFakeSlack,
  startFakeSmtp,
  startFakeTelegram,
  startFakeWebhook,
  telegramLimit,
  type FakeRequest,
  type FakeSlack,
  type FakeSmtp,
  type FakeTelegram,
  type FakeWebhook,
} from "@overdue/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openEgress, type Egress } from "../egress/egress.ts";
import { openMailer, type Mailer } from "./mail.ts";
import { openTransports, type Transports } from "./transports.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const facts: AlertFacts = {
  deliveryId: "0199a1b2-0000-7000-8000-00000000a1b2",
  kind: "test",
  project: { id: "p", name: "Ops" },
  channel: { id: "c", name: "team <b>&\r\nBcc: x@example.org" },
  check: null,
  flip: null,
  incident: null,
  lastPing: null,
  payload: null,
  writtenAt: 0,
  includesDown: false,
  uncertain: false,
};
const message = composeAlert(facts, "https://overdue.example.org");

const noBrowser = () => Promise.reject(new Error("No browser is a channel here."));
let telegram: FakeTelegram;
let slack: FakeSlack;
let webhook: FakeWebhook;
let smtp: FakeSmtp;
let egress: Egress;
let mailer: Mailer;
let transports: Transports;

beforeAll(async () => {
  [telegram, slack, webhook, smtp] = await Promise.all([
    startFakeTelegram(),
    startFakeSlack(),
    startFakeWebhook(),
    startFakeSmtp(),
  ]);
  egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs: 500 });
  mailer = openMailer({
    smtpUrl: smtp.url,
    from: "Overdue <alerts@overdue.example.org>",
    stopLink: () => "https://overdue.example.org/unsubscribe?channel=c",
  });
  transports = openTransports({
    egress,
    mailer,
    operator: operator(),
    encryptPush: noBrowser,
    passOn: () => Promise.resolve({ members: 2, written: 2 }),
  });
});
afterAll(async () => {
  mailer.close();
  await egress.close();
  await Promise.all([telegram.close(), slack.close(), webhook.close(), smtp.close()]);
});

describe("Telegram", () => {
  const send = (chat: string, through = transports) =>
    through.send(openChannel("telegram", { chat }), message);

  test("delivers formatted text and keeps the message's id", async () => {
    expect(await send("1")).toMatchObject({ outcome: "sent", providerRef: "1", statusCode: 200 });
    const got = await telegram.waitFor(({ chat }) => chat === "1");
    expect(got).toMatchObject({ parseMode: "HTML", text: expect.stringContaining("team <b>& Bcc") });
  });

  test("sends once more as plain text where the formatting is refused", async () => {
    telegram.next({ status: 400, body: `{"ok":false,"description":"Bad Request: can't parse entities: x"}` });
    expect(await send("9")).toMatchObject({ outcome: "sent" });
    expect(await telegram.waitFor(({ chat }) => chat === "9")).toMatchObject({ parseMode: null });
  });

  test("tries a refused plain text again later", async () => {
    const refused = { status: 400, body: `{"ok":false,"description":"Bad Request: something"}` };
    telegram.next(refused, refused);
    expect(await send("1")).toMatchObject({ outcome: "transient" });
  });

  test("waits as long as it is asked to", async () => {
    telegram.next(telegramLimit(7));
    expect(await send("1")).toMatchObject({ outcome: "throttled", retryAfterMs: 7_000 });
  });

  test("gives up on a chat that blocked the bot", async () => {
    telegram.setFate("2", "blocked");
    expect(await send("2")).toMatchObject({ outcome: "permanent", statusCode: 403 });
  });

  test("learns where a group moved", async () => {
    telegram.setFate("-3", { movedTo: "-1003" });
    expect(await send("-3")).toMatchObject({ outcome: "moved", settings: { chat: "-1003" } });
  });

  test("never tells its token in an error", async () => {
    const broken = openTransports({
      egress,
      mailer,
      operator: { ...operator(), telegramApiRoot: "http://127.0.0.1:1" },
      encryptPush: noBrowser,
      passOn: () => Promise.resolve({ members: 0, written: 0 }),
    });
    const ending = await send("1", broken);
    expect(ending).toMatchObject({ outcome: "transient", because: "The connection failed." });
    expect(JSON.stringify(ending)).not.toContain(telegram.token);
  });
});

describe("Slack", () => {
  const send = () => transports.send(openChannel("slack", { url: slack.hookUrl }), message);

  test("delivers blocks that Slack's rules allow", async () => {
    expect(await send()).toMatchObject({ outcome: "sent" });
    expect(slack.received.at(-1)?.payload).toMatchObject({ blocks: expect.any(Array), unfurl_links: false });
  });

  test("sends once more as plain text where the blocks are refused", async () => {
    slack.next({ status: 400, body: "invalid_blocks" });
    expect(await send()).toMatchObject({ outcome: "sent" });
    expect(slack.received.at(-1)?.payload).not.toHaveProperty("blocks");
  });

  test("waits as long as it is asked to", async () => {
    slack.next(slackLimit(30));
    expect(await send()).toMatchObject({ outcome: "throttled", retryAfterMs: 30_000 });
  });

  test("gives up on a hook that was removed", async () => {
    slack.removeHooks();
    expect(await send()).toEqual({
      outcome: "permanent",
      because: "Status 404: no_service",
      statusCode: 404,
    });
  });
});

describe("a webhook", () => {
  const channel = () =>
    openChannel("webhook", { url: webhook.url, secret: SECRET, headers: { "x-team": "ops" } });

  test("is signed by Standard Webhooks with an id that stays the same", async () => {
    await transports.send(channel(), message);
    await transports.send(channel(), message);
    const [first, second] = webhook.received.slice(-2);
    const { "webhook-id": id = "", "webhook-timestamp": at = "" } = first?.headers ?? {};
    const expected = createHmac("sha256", Buffer.alloc(32, 7))
      .update(`${id}.${at}.${first?.body}`)
      .digest("base64");
    expect(first?.headers).toMatchObject({
      "webhook-signature": `v1,${expected}`,
      "x-team": "ops",
      "content-type": "application/json",
    });
    expect(second?.headers["webhook-id"]).toBe(id);
  });

  test.each([
    ["until its end", 60_000, 2],
    ["not after it", -60_000, 1],
  ])("is signed by the former secret too, %s", async (_, remainingMs, signatures) => {
    const formerSecret = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
    const formerSecretUntil = new Date(Date.now() + remainingMs).toISOString();
    const settings = { url: webhook.url, secret: SECRET, formerSecret, formerSecretUntil };
    await transports.send(openChannel("webhook", settings), message);
    const { headers = {}, body = "" }: Partial<FakeRequest> = webhook.received.at(-1) ?? {};
    const text = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const by = (byte: number) =>
      `v1,${createHmac("sha256", Buffer.alloc(32, byte)).update(text).digest("base64")}`;
    expect(headers["webhook-signature"]).toBe([by(7), by(8)].slice(0, signatures).join(" "));
  });

  test.each([
    [
      { status: 500, body: "oops" },
      { outcome: "transient", because: "Status 500: oops", uncertain: false },
    ],
    [{ status: 410 }, { outcome: "permanent", because: "Status 410" }],
    [
      { status: 429, headers: { "retry-after": "5" } },
      { outcome: "throttled", retryAfterMs: 5_000 },
    ],
    ["drop" as const, { outcome: "transient", uncertain: true }],
    ["hang" as const, { outcome: "transient", uncertain: true, because: "No answer within 0.5 s." }],
  ])("that meets %j ends as %j", async (fault, result) => {
    webhook.next(fault);
    expect(await transports.send(channel(), message)).toMatchObject(result);
  });
});

describe("a mail", () => {
  const send = (to: string) => transports.send(openChannel("email", { to }), message);

  test("has the headers that it should have, one recipient, and both parts", async () => {
    expect(await send("anna@example.org")).toMatchObject({ outcome: "sent" });
    const got = await smtp.waitFor(({ to }) => to.includes("anna@example.org"));
    expect(got.to).toEqual(["anna@example.org"]);
    expect(got.mail.headers.map((header) => header.key).toSorted()).toEqual(
      [
        "auto-submitted",
        "content-type",
        "date",
        "from",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "mime-version",
        "subject",
        "to",
        "x-auto-response-suppress",
      ].toSorted(),
    );
    expect(got.mail).toMatchObject({
      subject: "Test alert from Overdue",
      messageId: `<${facts.deliveryId}@overdue.example.org>`,
      text: expect.stringContaining("Nothing is wrong."),
      html: expect.stringContaining("team &lt;b&gt;&amp; Bcc"),
    });
  });

  test("comes back to an address of its own where we take mails, and that is all the envelope says", async () => {
    const returning = openMailer({
      smtpUrl: smtp.url,
      from: "Overdue <alerts@overdue.example.org>",
      stopLink: () => "https://overdue.example.org/unsubscribe",
      returnPath: (deliveryId, to) => `bounce+${deliveryId}-${to.length}@ping.example.org`,
    });
    await returning.send("verp@example.org", message);
    returning.close();
    const got = await smtp.waitFor(({ to }) => to.includes("verp@example.org"));
    expect(got.from).toBe(`bounce+${facts.deliveryId}-16@ping.example.org`);
    expect(got.mail.from?.address).toBe("alerts@overdue.example.org");
  });

  test("to a mailbox that is not there is given up", async () => {
    smtp.refuseMailbox("gone@example.org");
    expect(await send("gone@example.org")).toMatchObject({
      outcome: "permanent",
      statusCode: 550,
    });
  });

  test("that meets greylisting is tried again later", async () => {
    smtp.next({ at: "rcpt", code: 451, message: "4.7.1 Greylisted, come back later" });
    expect(await send("anna@example.org")).toMatchObject({
      outcome: "transient",
      uncertain: false,
      because: expect.stringContaining("Greylisted"),
      statusCode: 451,
    });
  });

  test.each([
    ["rcpt", 554, "5.7.1 <anna@example.org>: Relay access denied", "operator"],
    ["rcpt", 553, "5.7.1 <x@ping.example.org>: Sender address rejected: not owned by user x", "operator"],
    ["rcpt", 550, "relay not permitted", "operator"],
    ["rcpt", 550, "Invalid recipient: <anna@example.org>", "doubtful"],
    ["rcpt", 552, "5.2.2 Mailbox full", "unavailable"],
    ["data", 552, "5.2.2 Mailbox full", "unavailable"],
    ["data", 554, "5.7.1 Looks like spam", "unavailable"],
    ["data", 550, "5.1.1 No such user", "permanent"],
    ["data", 451, "4.3.0 Try again later", "transient"],
  ] as const)("that is answered at %s with %i %s is %s", async (at, code, words, outcome) => {
    smtp.next({ at, code, message: words });
    expect(await send("anna@example.org")).toMatchObject({ outcome, statusCode: code });
  });

  test("without a mail server tells the operator what to set", async () => {
    const none = openMailer({
      smtpUrl: null,
      from: "x@example.org",
      stopLink: () => "https://overdue.example.org/unsubscribe?channel=c",
    });
    expect(await none.send("anna@example.org", message)).toMatchObject({
      because: "No mail server is set: the operator must set SMTP_URL.",
    });
  });

  test("to a server that is not there is tried again later", async () => {
    const dead = openMailer({
      smtpUrl: "smtp://127.0.0.1:1",
      from: "x@example.org",
      stopLink: () => "https://overdue.example.org/unsubscribe?channel=c",
    });
    expect(await dead.send("anna@example.org", message)).toMatchObject({
      outcome: "operator",
      mayPass: true,
    });
    dead.close();
  });
});

function operator(): Operator {
  return {
    publicUrl: "https://overdue.example.org",
    telegramApiRoot: telegram.root,
    telegramBotToken: telegram.token,
    slackApiUrl: slack.apiUrl,
  };
}
