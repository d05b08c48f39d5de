import type { AlertFacts, SlotRecord } from "@overdue/core";
import { describe, expect, test } from "vitest";

import { composeAlert } from "../message/compose.ts";
import { downFacts, HOSTILE_TEXTS, hostileFacts, PUBLIC_URL, upFacts } from "../testing/alert-samples.ts";
import { reportFacts } from "../testing/report-sample.ts";
import { renderEmail } from "./render.ts";
import { plainText } from "../message/parts.ts";

const aSlot = (outcome: SlotRecord["outcome"]): SlotRecord => ({
  dueAt: 0,
  outcome,
  lateMs: null,
  because: null,
  durationMs: null,
  exitStatus: null,
  overlong: false,
  isRunning: false,
});

const STOP = "https://overdue.example.org/unsubscribe?channel=c";

test("a down says in its subject why, and both parts carry every line", async () => {
  const message = composeAlert(downFacts, PUBLIC_URL);
  const mail = await renderEmail(message, STOP);
  expect(mail.subject).toBe("[Down] nightly backup: missed");
  expect(mail.text).toBe(`${plainText(message)}\n\nNo more mails to this address: ${STOP}`);
  const shown = mail.html.replaceAll(/<!--.*?-->/g, "");
  for (const { value } of message.lines) expect(shown).toContain(value);
  expect(shown).toContain("saved 12 GB");
  expect(shown).toContain(`href="${message.link}"`);
});

test("a mail about a check has its last runs as a picture, and both parts say the same in words", async () => {
  const slots = (["on-time", "late", "missed", "failed", "excluded"] as const).map(aSlot);
  const check = downFacts.check && { ...downFacts.check, slots };
  const { html, text } = await renderEmail(composeAlert({ ...downFacts, check }, PUBLIC_URL), STOP);
  const words = "1 on time, 1 late, 1 failed, 1 missed, 1 not counted";
  expect(text).toContain(`Last 5 runs: ${words}`);
  expect(html).toContain(words);
  const [picture = ""] =
    /<table[^>]*aria-hidden="true".*?<\/table><\/td><\/tr><\/tbody><\/table>/s.exec(html) ?? [];
  const kinds = [...picture.matchAll(/class="[fl]-([a-z-]+)"/g)].map(([, kind]) => kind);
  expect([...new Set(kinds)]).toEqual(["on-time", "late", "missed", "failed", "excluded"]);
});

test("what can be done about it stands in both parts", async () => {
  const actions = [{ act: "acknowledge", label: "Acknowledge", url: "https://o.test/incidents/act?a=1&b=2" }];
  const mail = await renderEmail(composeAlert(downFacts, PUBLIC_URL, actions), STOP);
  expect(mail.html).toContain('href="https://o.test/incidents/act?a=1&amp;b=2"');
  expect(mail.text).toContain("Acknowledge: https://o.test/incidents/act?a=1&b=2");
});

test("an up that may repeat says so in its subject", async () => {
  const mail = await renderEmail(composeAlert({ ...upFacts, uncertain: true }, PUBLIC_URL), STOP);
  expect(mail.subject).toBe("[Up again, 13 min late] nightly backup: missed (may repeat #00a1b2)");
});

describe("subjects of one incident", () => {
  const subject = async (facts: AlertFacts) =>
    (await renderEmail(composeAlert(facts, PUBLIC_URL), STOP)).subject;
  const reminder = { ...downFacts, kind: "reminder", writtenAt: downFacts.writtenAt + 7_200_000 } as const;

  test("say what it is about at each of its moments, and are the same but for the brackets", async () => {
    const all = [downFacts, reminder, upFacts, { ...upFacts, includesDown: true }];
    const subjects = await Promise.all(all.map(subject));
    expect(subjects.map((text) => /^\[(.*?)\]/.exec(text)?.[1])).toEqual([
      "Down",
      "Still down 2 h",
      "Up again, 13 min late",
      "Was down, up again, 13 min late",
    ]);
    expect(new Set(subjects.map((text) => text.replace(/^\[.*?\] /, "")))).toEqual(
      new Set(["nightly backup: missed"]),
    );
  });

  test.each([
    ["missed", "missed"],
    ["failed", "failed"],
    ["overlong", "overlong"],
    ["overlap", "overlapping"],
    ["too-quick", "too quick"],
    ["too-often", "too often"],
    ["never-started", "never started"],
    ["host-duplicate", "on two hosts"],
  ] as const)("say of %s that it is %s", async (reason, word) => {
    const incident = downFacts.incident && { ...downFacts.incident, reason };
    expect(await subject({ ...downFacts, incident })).toBe(`[Down] nightly backup: ${word}`);
  });

  test("say nothing of lateness if the job failed in time", async () => {
    const incident = upFacts.incident && { ...upFacts.incident, reason: "failed" as const };
    expect(await subject({ ...upFacts, incident })).toBe("[Up again] nightly backup: failed");
  });
});

test("a report has its headings and names in both parts, and ends the reports alone", async () => {
  const message = composeAlert(reportFacts(), PUBLIC_URL);
  const { html, text } = await renderEmail(message, STOP);
  for (const { title, lines } of message.sections ?? []) {
    for (const part of [html, text]) expect(part).toContain(title);
    for (const { label } of lines) expect(html).toContain(label);
  }
  expect(text).toContain(`No more reports of this project: ${STOP}`);
});

test("a mail has colours of its own in a dark theme", async () => {
  const { html } = await renderEmail(composeAlert(downFacts, PUBLIC_URL), STOP);
  expect(html).toContain('content="light dark"');
  expect(html).toContain("prefers-color-scheme: dark");
});

test.each([
  ["a check", downFacts, "set on its page"],
  ["no check", { ...downFacts, kind: "test", check: null } as const, "channels and routes pages"],
])("a mail about %s says where that is set", async (_, facts, words) => {
  expect((await renderEmail(composeAlert(facts, PUBLIC_URL), STOP)).html).toContain(words);
});

describe.each(HOSTILE_TEXTS.map((hostile, index) => ({ hostile, index })))(
  "hostile text $index",
  ({ hostile }) => {
    test("is escaped in the HTML and kept out of the headers", async () => {
      const { html, subject } = await renderEmail(composeAlert(hostileFacts(hostile), PUBLIC_URL), STOP);
      expect(html).not.toMatch(/<script|<img|href="https:\/\/evil/);
      expect(subject).not.toMatch(/[\r\n]/);
      expect(subject.length).toBeLessThanOrEqual(180);
    });
  },
);
