import type { AlertFacts } from "@overdue/core";
import { describe, expect, test } from "vitest";

import { composeAlert } from "../../message/compose.ts";
import { everyMessage, groupFacts, noticeFacts, runFacts } from "../../testing/every-alert.ts";
import {
  downFacts,
  HOSTILE_TEXTS,
  hostileFacts,
  PUBLIC_URL,
  testFacts,
  upFacts,
} from "../../testing/alert-samples.ts";
import { openChannel } from "../../registry.ts";

const OPERATOR = { publicUrl: PUBLIC_URL, telegramApiRoot: "", telegramBotToken: null, slackApiUrl: "" };

function request(settings: Record<string, unknown>, facts: AlertFacts) {
  const channel = openChannel("webhook", { url: "https://example.org/hook", ...settings });
  if (channel.via !== "http") throw new Error("A webhook is sent by HTTP.");
  return channel.request(composeAlert(facts, PUBLIC_URL), "rich", OPERATOR);
}

function bodyOf(settings: Record<string, unknown>, facts: AlertFacts): string {
  const sent = request(settings, facts);
  if (!("body" in sent)) throw new Error(`Nothing was sent: ${JSON.stringify(sent)}`);
  return sent.body;
}

/** Message, `$STATUS`, type and status of the document, and which choices of `events` include it. */
const REMINDER: AlertFacts = { ...downFacts, kind: "reminder" };
const SYSTEM = everyMessage.get("system") ?? testFacts;
const REPORT = everyMessage.get("report") ?? testFacts;
const TWO_DOWN = groupFacts([
  ["down", "missed"],
  ["down", "failed"],
]);
const TWO_UP = groupFacts([
  ["up", "missed"],
  ["up", "failed"],
]);
const MIXED = groupFacts([
  ["down", "missed"],
  ["up", "failed"],
]);
const ROWS = [
  ["a down", downFacts, "down", "check.down", "down", "down"],
  ["a reminder", REMINDER, "down", "check.reminder", "down", "down"],
  ["an up", upFacts, "up", "check.up", "up", "up"],
  ["a good run", runFacts("success"), "success", "check.run", null, ""],
  ["a run that failed", runFacts("fail", 3), "fail", "check.run", null, "down"],
  ["a run that never ended", runFacts("lost"), "lost", "check.run", null, "down"],
  ["a notice", noticeFacts("too-quick"), "notice", "check.notice", null, ""],
  ["a test", testFacts, "test", "test", null, "down up"],
  ["a report", REPORT, "report", "report", null, "down up"],
  ["a word about a channel", SYSTEM, "system", "system", null, "down up"],
  ["a storm", TWO_DOWN, "down", "check.storm", "down", "down"],
  ["the end of a storm", TWO_UP, "up", "check.storm", "up", "up"],
  ["a digest", MIXED, "digest", "check.digest", null, "down up"],
] as const;

describe.each(ROWS)("%s", (_, facts, word, type, status, sides) => {
  test("says what happened in a body and an address of one's own", () => {
    expect(bodyOf({ body: "$STATUS" }, facts)).toBe(word);
    expect(request({ url: "https://example.org/?s=$STATUS", method: "GET" }, facts)).toMatchObject({
      url: `https://example.org/?s=${word}`,
    });
    expect(JSON.parse(bodyOf({ body: "$JSON" }, facts))).toMatchObject({ status: word });
  });

  test("has its type and its status in the document", () => {
    expect(JSON.parse(bodyOf({}, facts))).toMatchObject({ type, data: { status } });
  });

  test("is sent to the webhooks whose choice of events includes it", () => {
    const sentFor = ["down", "up"].filter((events) => "body" in request({ events }, facts));
    expect(sentFor.join(" ")).toBe(sides);
  });
});

test("a body that can only mean “down” is not used for what is none", () => {
  const own = { body: "DOWN: $NAME", upBody: "OK: $NAME" };
  expect(bodyOf(own, downFacts)).toBe("DOWN: nightly backup");
  for (const facts of [upFacts, runFacts("success"), noticeFacts("overlong")]) {
    expect(bodyOf(own, facts)).toBe("OK: nightly backup");
  }
  expect(bodyOf({ ...own, body: "$STATUS: $NAME" }, runFacts("success"))).toBe("success: nightly backup");
});

test("a message about several checks says so of all, and nothing of the first alone", () => {
  const { data } = JSON.parse(bodyOf({}, MIXED));
  expect(data).toMatchObject({
    check: null,
    incident_id: null,
    reason: null,
    down_since: null,
    exit_status: null,
    checks: {
      first: [
        { type: "check.down", name: "check 1", status: "down", reason: "missed" },
        { type: "check.up", name: "check 2", status: "up", reason: "failed" },
      ],
    },
  });
  expect(bodyOf({ body: "$NAME" }, MIXED)).toBe("1 down, 1 up again");
});

test("a run has the exit status of its own, and what has none has -1", () => {
  expect(bodyOf({ body: "$EXITSTATUS" }, runFacts("fail", 3))).toBe("3");
  expect(bodyOf({ body: "$EXITSTATUS" }, runFacts("success"))).toBe("-1");
  expect(bodyOf({ body: "$EXITSTATUS" }, testFacts)).toBe("-1");
});

test("a check is named by the id of its ping URL where a placeholder asks for it, and never in the document", () => {
  const { id, pingUuid } = downFacts.check ?? {};
  expect(bodyOf({ body: "$CODE" }, downFacts)).toBe(pingUuid);
  expect(JSON.parse(bodyOf({ body: "$JSON" }, downFacts))).toMatchObject({ uuid: pingUuid });
  expect(JSON.parse(bodyOf({}, downFacts)).data.check).toMatchObject({ id });
  expect(bodyOf({}, downFacts)).not.toContain(pingUuid);
});

/** Every placeholder whose value a person or a job typed, in every kind of body. */
const TYPED = [
  "$NAME",
  "$TAGS",
  "$TAG1",
  "$BODY",
  "$NAME_JSON",
  "$TAGS_JSON",
  "$TAG1_JSON",
  "$BODY_JSON",
  "$JSON",
];
const ALL_HOSTILE = [
  ...HOSTILE_TEXTS.map((text) => text.slice(0, 300)),
  "a&b=c+d%20e",
  "]]>",
  "\\",
  '"',
  "{}",
  "\u2028",
];

describe.each(TYPED)("%s cannot leave its place", (placeholder) => {
  const facts = (text: string): AlertFacts => {
    const hostile = hostileFacts(text);
    return hostile;
  };

  test.each([
    ["by its type", { "Content-Type": "application/json" }],
    ["by a type of its own", { "content-type": "application/vnd.api+json; charset=utf-8" }],
    ["by its looks", undefined],
  ])("in a JSON document that is known %s", (_, headers) => {
    for (const text of ALL_HOSTILE) {
      const body = `{"in": "<${placeholder}>", "bare": ${placeholder}, "after": "\\"$NAME"}`;
      const document = JSON.parse(bodyOf({ body, ...(headers && { headers }) }, facts(text)));
      expect(Object.keys(document)).toEqual(["in", "bare", "after"]);
      expect(document.after).toBe(`"${text.toWellFormed() === text ? text : document.after.slice(1)}`);
    }
  });

  test("in a form", () => {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    for (const text of ALL_HOSTILE) {
      const form = new URLSearchParams(bodyOf({ headers, body: `a=${placeholder}&b=1` }, facts(text)));
      expect([...form.keys()]).toEqual(["a", "b"]);
    }
  });

  test.each([{ "Content-Type": "application/soap+xml" }, undefined])("in XML with %o", (headers) => {
    for (const text of ALL_HOSTILE) {
      const body = bodyOf(
        { body: `<a b="${placeholder}">${placeholder}</a>`, ...(headers && { headers }) },
        facts(text),
      );
      expect(body).toMatch(/^<a b="[^<>"]*">[^<>]*<\/a>$/);
    }
  });

  test("in an address", () => {
    for (const text of [...ALL_HOSTILE, ".", "..", "../..", "/", "?x=1#y"]) {
      const sent = request(
        { url: `https://example.org/a/${placeholder}/c?d=${placeholder}&e=1`, method: "GET" },
        facts(text),
      );
      const url = new URL("url" in sent ? sent.url : "");
      expect([url.origin, url.pathname.split("/").length, [...url.searchParams.keys()], url.hash]).toEqual([
        "https://example.org",
        4,
        ["d", "e"],
        "",
      ]);
    }
  });

  test("in a header", () => {
    for (const text of ALL_HOSTILE) {
      const sent = request({ headers: { "X-One": `a ${placeholder} b` } }, facts(text));
      expect("headers" in sent ? sent.headers["x-one"] : "").toMatch(/^[\x20-\x7e]*$/);
    }
  });
});

test("plain text and what a job printed as JSON stay as they are", () => {
  expect(bodyOf({ body: "$NAME: $BODY" }, hostileFacts('a "b" & <c>'))).toBe('a "b" & <c>: a "b" & <c>');
  expect(bodyOf({ body: "[$STATUS] $NAME" }, hostileFacts('a "b"'))).toBe('[down] a "b"');
  const printed = {
    ...downFacts,
    lastPing: { at: 0, kind: "success" as const, exitStatus: 0, output: '{"rows": 3}' },
  };
  expect(
    JSON.parse(bodyOf({ body: '{"out": $BODY, "exit": $EXITSTATUS, "tags": $TAGS_JSON}' }, printed)),
  ).toEqual({
    out: { rows: 3 },
    exit: 0,
    tags: ["prod", "db"],
  });
});

test("the tags of a document hold quotes, and a form holds an ampersand", () => {
  const facts = hostileFacts('say "hi" & bye');
  expect(JSON.parse(bodyOf({ body: '{"tags": "$TAGS", "all": $TAGS_JSON}' }, facts))).toEqual({
    tags: 'say "hi" & bye',
    all: ['say "hi" & bye'],
  });
  const headers = { "Content-Type": "application/x-www-form-urlencoded" };
  expect(new URLSearchParams(bodyOf({ headers, body: "text=$NAME&x=1" }, facts)).get("text")).toBe(
    'say "hi" & bye',
  );
});
