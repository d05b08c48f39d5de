import type { AlertFacts } from "@overdue/core";
import { describe, expect, test } from "vitest";

import { composeAlert } from "./compose.ts";
import {
  downFacts,
  HOSTILE_TEXTS,
  hostileFacts,
  PUBLIC_URL,
  testFacts,
  upFacts,
} from "../testing/alert-samples.ts";
import { plainText } from "./parts.ts";

const text = (facts: AlertFacts) => plainText(composeAlert(facts, PUBLIC_URL));

test("a missed job has the expected time, the last ping and a link", () => {
  expect(text(downFacts)).toBe(`nightly backup is down: missed

No ping came when it was expected, nor in the grace time of 10 min after.

What to do: Free space on db2, then start it again.
Project: Ops
Expected: 2026-11-20 02:30:00 Europe/Berlin (01:30:00 UTC)
Deadline: 2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)
Last heard: 2026-11-19 02:31:12 Europe/Berlin (01:31:12 UTC), success
Down since: 2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)

Output of the last run that came, not of the missing one:
saved 12 GB

https://overdue.example.org/projects/0199a1b2-0000-7000-8000-0000000000aa/checks/0199a1b2-0000-7000-8000-0000000000bb`);
});

test.each([
  [
    "is lost",
    { text: "cron (Debian) makes up nothing", lostFrom: Date.UTC(2026, 10, 20, 1, 30) },
    "cron (Debian) makes up nothing: this run is lost, and the next is due 2026-11-21 02:30:00 Europe/Berlin (01:30:00 UTC).",
  ],
  [
    "may still come",
    { text: "Celery beat runs the last missed time, however late", lostFrom: null },
    "Celery beat runs the last missed time, however late: this run may still come, and the next is due 2026-11-21 02:30:00 Europe/Berlin (01:30:00 UTC).",
  ],
  [
    "may come for a while",
    { text: "It runs the last one within an hour", lostFrom: Date.UTC(2026, 10, 20, 2, 30) },
    "It runs the last one within an hour: this run is lost, unless it comes by 2026-11-20 03:30:00 Europe/Berlin (02:30:00 UTC), and the next is due 2026-11-21 02:30:00 Europe/Berlin (01:30:00 UTC).",
  ],
])("a missed run whose scheduler is known %s", (_, policy, sentence) => {
  const { incident } = downFacts;
  const nextAt = Date.UTC(2026, 10, 21, 1, 30);
  const evidence = incident && { ...incident.evidence, policy: { ...policy, nextAt } };
  const facts = { ...downFacts, incident: incident && evidence && { ...incident, evidence } };
  expect(composeAlert(facts, PUBLIC_URL).sentence).toBe(
    `No ping came when it was expected, nor in the grace time of 10 min after. ${sentence}`,
  );
});

test("a recovery says how long it was down and why", () => {
  expect(text(upFacts)).toBe(`nightly backup is up again

The job is heard from again after 3 min. It was down because: No ping came when it was expected, nor in the grace time of 10 min after.

Project: Ops
Expected: 2026-11-20 02:30:00 Europe/Berlin (01:30:00 UTC)
Heard: 2026-11-20 02:43:00 Europe/Berlin (01:43:00 UTC), success
Down since: 2026-11-20 02:40:00 Europe/Berlin (01:40:00 UTC)
Up since: 2026-11-20 02:43:00 Europe/Berlin (01:43:00 UTC)

https://overdue.example.org/projects/0199a1b2-0000-7000-8000-0000000000aa/checks/0199a1b2-0000-7000-8000-0000000000bb`);
});

test("a recovery whose down was never sent tells both in its first line", () => {
  const message = composeAlert({ ...upFacts, includesDown: true }, PUBLIC_URL);
  expect(message.title).toBe("nightly backup was down 3 min, recovered");
});

test("a failure names the exit status and what it usually means", () => {
  const incident = downFacts.incident && {
    ...downFacts.incident,
    reason: "failed" as const,
    evidence: { ...downFacts.incident.evidence, exitStatus: 137 },
  };
  const message = composeAlert({ ...downFacts, incident }, PUBLIC_URL);
  expect(message.sentence).toBe(
    "The job ended with exit status 137, killed (SIGKILL). Often out of memory: look for “oom” in dmesg or the journal of that time.",
  );
});

test("a check without a description says nothing about what to do", () => {
  const check = downFacts.check && { ...downFacts.check, description: "" };
  expect(text({ ...downFacts, check })).not.toContain("What to do");
});

test("a recovery after the next expected time does not call that time the next", () => {
  const { incident, flip } = upFacts;
  if (incident === null || flip === null) throw new Error("An up has an incident and a flip.");
  const labels = (expectedAt: number) => {
    const evidence = { ...incident.evidence, expectedAt };
    const message = composeAlert({ ...upFacts, incident: { ...incident, evidence } }, PUBLIC_URL);
    return message.lines.map(({ label }) => label);
  };
  expect(labels(flip.at - 1)).toContain("Expected");
  expect(labels(flip.at + 1)).toContain("Next expected");
});

test("an outlier names the baseline, and when the next run is expected", () => {
  const { incident } = downFacts;
  if (incident === null) throw new Error("A down has an incident.");
  const baseline = { medianMs: 240_000, runs: 20 };
  const evidence = { ...incident.evidence, expectedAt: incident.openedAt + 1, limitMs: 600_000, baseline };
  const message = composeAlert(
    { ...downFacts, incident: { ...incident, reason: "overlong", evidence } },
    PUBLIC_URL,
  );
  expect(message.sentence).toBe("A run takes longer than usual, which is 4 min.");
  expect(message.lines.map(({ label }) => label)).toContain("Next expected");
});

test("a message after an uncertain attempt says that it may repeat", () => {
  expect(text({ ...downFacts, uncertain: true })).toMatch(/\(may repeat #00a1b2\)$/);
});

test.each([
  ["nightly-backup", "nightly-backup is down: missed"],
  ["", "unnamed check is down: missed"],
])("a check without a name and with the slug “%s” is called by it, or unnamed", (slug, title) => {
  const check = downFacts.check && { ...downFacts.check, name: " \t", slug };
  expect(composeAlert({ ...downFacts, check }, PUBLIC_URL).title).toBe(title);
});

test("a test names the channel and asks for nothing", () => {
  expect(text(testFacts)).toContain("This is a test of the channel “team”. Nothing is wrong.");
});

describe.each(HOSTILE_TEXTS.map((hostile, index) => ({ hostile, index })))(
  "hostile text $index",
  ({ hostile }) => {
    const message = composeAlert(hostileFacts(hostile), PUBLIC_URL);

    test("leaves no control characters and no lone surrogates", () => {
      const all = plainText(message);
      // oxlint-disable-next-line no-control-regex -- that is what must be gone
      expect(all).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(all.isWellFormed()).toBe(true);
    });

    test("keeps the title on one line and the whole bounded", () => {
      expect(message.title).not.toMatch(/\n/);
      expect(message.title.length).toBeLessThan(160);
      expect(plainText(message).length).toBeLessThan(3_000);
    });
  },
);
