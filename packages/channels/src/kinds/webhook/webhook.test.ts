import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { composeAlert } from "../../message/compose.ts";
import {
  downFacts,
  HOSTILE_TEXTS,
  hostileFacts,
  PUBLIC_URL,
  testFacts,
  upFacts,
} from "../../testing/alert-samples.ts";
import { openChannel, parseSettings } from "../../registry.ts";
import { webhookDocument as payload } from "./document.ts";
import { plainText } from "../../message/parts.ts";

const SECRET = `whsec_${"A".repeat(43)}=`;

test("a down carries every fact, for a program to read", () => {
  const message = composeAlert(downFacts, PUBLIC_URL);
  expect(payload(message)).toEqual({
    type: "check.down",
    timestamp: "2026-11-20T01:40:00.000Z",
    data: {
      delivery_id: downFacts.deliveryId,
      project: downFacts.project,
      channel: downFacts.channel,
      check: {
        id: downFacts.check?.id,
        name: "nightly backup",
        slug: "nightly-backup",
        tags: ["prod", "db"],
        description: "Free space on db2, then start it again.",
        url: message.link,
      },
      incident_id: downFacts.incident?.id,
      status: "down",
      title: "nightly backup is down: missed",
      text: plainText(message),
      reason: "missed",
      timezone: "Europe/Berlin",
      expected_at: "2026-11-20T01:30:00.000Z",
      deadline_at: "2026-11-20T01:40:00.000Z",
      last_heard_at: "2026-11-19T01:31:12.000Z",
      last_heard_kind: "success",
      exit_status: 0,
      exit_meaning: null,
      down_since: "2026-11-20T01:40:00.000Z",
      down_seconds: null,
      output: "saved 12 GB",
      may_repeat: false,
    },
  });
});

test("the document in docs/webhooks.md has these fields, and no others", () => {
  const docs = readFileSync(new URL("../../../../../docs/webhooks.md", import.meta.url), "utf8");
  const example = JSON.parse(/```json\n(.*?)```/s.exec(docs)?.[1] ?? "");
  const document = JSON.parse(JSON.stringify(payload(composeAlert(downFacts, PUBLIC_URL))));
  expect(Object.keys(example)).toEqual(Object.keys(document));
  expect(Object.keys(example.data)).toEqual(Object.keys(document.data));
});

test("an up says how long it was down", () => {
  expect(payload(composeAlert(upFacts, PUBLIC_URL))).toMatchObject({
    type: "check.up",
    timestamp: "2026-11-20T01:43:00.000Z",
    data: { status: "up", down_seconds: 180, output: null },
  });
});

test("a test has no check and no status", () => {
  expect(payload(composeAlert(testFacts, PUBLIC_URL))).toMatchObject({
    type: "test",
    data: { check: null, status: null, reason: null },
  });
});

describe.each(HOSTILE_TEXTS.map((hostile, index) => ({ hostile, index })))(
  "hostile text $index",
  ({ hostile }) => {
    test("cannot leave its place in the document", () => {
      const document = payload(composeAlert(hostileFacts(hostile), PUBLIC_URL));
      expect(JSON.parse(JSON.stringify(document))).toMatchObject({
        type: "check.down",
        data: { status: "down" },
      });
      expect(Object.keys(document)).toEqual(["type", "timestamp", "data"]);
    });
  },
);

test("a secret is made where none was given, and shown once", () => {
  const parsed = parseSettings("webhook", { url: "https://example.org/hook" });
  if (!parsed.ok) throw new Error("the settings are good");
  expect(parsed.shownOnce["secret"]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(parsed.settings).toEqual({
    url: "https://example.org/hook",
    secret: parsed.shownOnce["secret"],
    events: "both",
    method: "POST",
  });
  expect(parsed.hint).toBe("example.org/…");
});

test("a secret that was given is kept and not shown", () => {
  const parsed = parseSettings("webhook", { url: "https://example.org/hook", secret: SECRET });
  expect(parsed).toMatchObject({ ok: true, settings: { secret: SECRET }, shownOnce: {} });
});

test.each([
  ["Host"],
  ["content-length"],
  ["Transfer-Encoding"],
  ["Connection"],
  ["X-Forwarded-For"],
  ["Metadata-Flavor"],
  ["X-aws-ec2-metadata-token"],
  ["webhook-signature"],
  ["Bad Name"],
  ["Bad\r\nName"],
])("the header %j is refused", (name) => {
  expect(parseSettings("webhook", { url: "https://example.org/", headers: { [name]: "x" } })).toMatchObject({
    ok: false,
  });
});

test.each(["a\r\nb: c", "\u0000", "snow ☃"])("the header value %j is refused", (value) => {
  expect(
    parseSettings("webhook", { url: "https://example.org/", headers: { "X-Key": value } }),
  ).toMatchObject({
    ok: false,
  });
});

test.each([
  ["ftp://example.org/", "The address must begin with https:// or http://."],
  ["file:///etc/passwd", "The address must begin with https:// or http://."],
  ["example.org/hook", "Give the full address, such as https://example.org/hook."],
  [
    "https://user:secret@example.org/",
    "Leave the user name and password out of the address; put them into a header.",
  ],
])("the address %s is refused", (url, message) => {
  expect(parseSettings("webhook", { url })).toEqual({ ok: false, problems: [{ field: "url", message }] });
});

test("an address is stored in its normal form", () => {
  expect(parseSettings("webhook", { url: " HTTP://EXAMPLE.org:80/a/../b " })).toMatchObject({
    settings: { url: "http://example.org/b" },
  });
});

test.each([
  [200, "sent"],
  [204, "sent"],
  [302, "transient"],
  [404, "transient"],
  [410, "permanent"],
  [429, "throttled"],
  [500, "transient"],
])("status %i means %s", (status, outcome) => {
  const channel = openChannel("webhook", { url: "https://example.org/", secret: SECRET });
  if (channel.via !== "http") throw new Error("webhooks are HTTP");
  expect(channel.read({ status, headers: {}, body: "", receivedAt: 0 })).toMatchObject({ outcome });
});

test.each([
  ["7", 7_000],
  ["0", 1_000],
  ["99999999", 3_600_000],
  ["Fri, 20 Nov 2026 12:00:30 GMT", 30_000],
  ["nonsense", null],
])("Retry-After %s waits %i ms", (value, retryAfterMs) => {
  const channel = openChannel("webhook", { url: "https://example.org/", secret: SECRET });
  if (channel.via !== "http") throw new Error("webhooks are HTTP");
  const receivedAt = Date.parse("2026-11-20T12:00:00Z");
  expect(
    channel.read({ status: 429, headers: { "retry-after": value }, body: "", receivedAt }),
  ).toMatchObject({
    retryAfterMs,
  });
});

test.each([
  ["x-ratelimit-reset", "1795176030000", 30_000],
  ["x-ratelimit-reset", "1795176030", 30_000],
  ["x-ratelimit-reset", "30", 30_000],
  ["x-ratelimit-reset-after", "30.5", 30_500],
  ["ratelimit-reset", "30", 30_000],
])("without Retry-After, %s: %s waits %i ms", (name, value, retryAfterMs) => {
  const channel = openChannel("webhook", { url: "https://example.org/", secret: SECRET });
  if (channel.via !== "http") throw new Error("webhooks are HTTP");
  const receivedAt = Date.parse("2026-11-20T12:00:00Z");
  expect(channel.read({ status: 429, headers: { [name]: value }, body: "", receivedAt })).toMatchObject({
    outcome: "throttled",
    retryAfterMs,
  });
});

test("any other refusal that names a pause is kept to, and stays a failure", () => {
  const channel = openChannel("webhook", { url: "https://example.org/", secret: SECRET });
  if (channel.via !== "http") throw new Error("webhooks are HTTP");
  const answer = { status: 503, headers: { "retry-after": "20" }, body: "", receivedAt: 0 };
  expect(channel.read(answer)).toMatchObject({ outcome: "transient", notBeforeMs: 20_000 });
});

describe("a webhook of one's own shape", () => {
  const facts = {
    ...hostileFacts('/a "b" $BODY ☃'),
    lastPing: { at: 0, kind: "fail" as const, exitStatus: 3, output: 'line 1\n"$NAME" \\' },
  };
  const message = composeAlert(facts, PUBLIC_URL);
  const sent = (settings: Record<string, unknown>, alert = message) => {
    const channel = openChannel("webhook", { url: "https://example.org/hook", ...settings });
    if (channel.via !== "http") throw new Error("webhooks are HTTP");
    return channel.request(alert, "rich", {
      publicUrl: PUBLIC_URL,
      telegramApiRoot: "",
      telegramBotToken: null,
      slackApiUrl: "",
    });
  };

  test.each([
    ["$CODE", facts.check?.pingUuid],
    ["$STATUS at $NOW", "down at 2026-11-20T01:40:00+00:00"],
    ["$NAME", '/a "b" $BODY ☃'],
    ["$NAME_JSON", JSON.stringify('/a "b" $BODY ☃')],
    ["$SLUG $TAG1|$TAG2|$TAG10", 'hostile /a "b" $BODY ☃||/a "b" $BODY ☃0'],
    ["$EXITSTATUS", "3"],
    ["$BODY", 'line 1\n"$NAME" \\'],
    ["$BODY_JSON", JSON.stringify('line 1\n"$NAME" \\')],
    ["$UNKNOWN $", "$UNKNOWN $"],
  ])("the body %j is sent as %j", (body, expected) => {
    expect(sent({ body })).toMatchObject({ method: "POST", body: expected });
  });

  test("what stands in an address is encoded, and never changes its host", () => {
    expect(sent({ url: "https://example.org/$NAME?s=$STATUS&b=$BODY", method: "GET" })).toMatchObject({
      method: "GET",
      url: "https://example.org/%2Fa%20%22b%22%20%24BODY%20%E2%98%83?s=down&b=$BODY",
      body: "",
    });
  });

  test("what stands in a header is one line of ASCII", () => {
    expect(
      sent({ headers: { "X-Name": "$NAME $BODY", "Content-Type": "text/csv" }, body: "x" }),
    ).toMatchObject({
      headers: { "x-name": '/a "b" $BODY &#9731; $BODY', "content-type": "text/csv" },
    });
  });

  test("a recovery may go another way", () => {
    const up = composeAlert(upFacts, PUBLIC_URL);
    const other = { upUrl: "https://example.org/up", upMethod: "PUT", upBody: "$NAME is $STATUS" };
    expect(sent({ body: "down", ...other }, up)).toMatchObject({
      method: "PUT",
      url: "https://example.org/up",
      body: "nightly backup is up",
    });
    expect(sent({ events: "down" }, up)).toEqual({ skip: "This webhook is sent only what goes down." });
    expect(sent({ events: "up" }, composeAlert(testFacts, PUBLIC_URL))).toHaveProperty("body");
  });

  test("the choice of events is also taken under its old name", () => {
    const parsed = parseSettings("webhook", { url: "https://example.org/hook", tells: "down" });
    expect(parsed).toMatchObject({ ok: true, settings: { events: "down" } });
  });

  test("a test says so, and when", () => {
    const body = sent({ body: "$NAME $CODE $NOW $JSON" }, composeAlert(testFacts, PUBLIC_URL));
    expect(body).toHaveProperty(
      "body",
      expect.stringMatching(/^TEST 0{8}-.* 20\d\d-.*\+00:00 \{"name":"TEST"/),
    );
  });
});
