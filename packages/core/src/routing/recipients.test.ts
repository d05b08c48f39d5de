import { describe, expect, test } from "vitest";
import { HOUR_MS } from "@overdue/schedules";

import type { Run } from "../checks/event.ts";
import { recipientsFor } from "./recipients.ts";
import type { CheckEvent } from "./check-events.ts";
import type { Directory, Hours, Route, Severity, Target } from "./route.ts";

// Monday 2026-03-02 12:00 UTC. A route is "runs: chat" or "changes failures: chat, mail": its `notifyOn`, then whom its
// first step notifies. Answers: "chat run", "chat run at +20" (hours later), "chat notice".
const NOW = Date.parse("2026-03-02T12:00:00Z");
const OFFICE = hoursOf("08:00", "18:00", { kind: "hold" });
const NIGHT = hoursOf("22:00", "06:00", { kind: "hold" });
const DUTY = hoursOf("22:00", "06:00", { kind: "instead", targets: [targetOf("duty")] });

type Given = {
  routes: Record<string, string | Partial<Route>>;
  /** What happened; a good run where it is left out. */
  events?: CheckEvent[];
  tags?: string;
  severity?: Severity;
  /** Channels that are notified now that the check went down or up. */
  notified?: string;
  snoozed?: boolean;
  gone?: string;
};
type Row = [name: string, given: Given, answer: string];

const good = run({});
const bad = run({ outcome: "fail", exitStatus: 1 });
const lost = run({ outcome: "lost", durationMs: null });
const changing = { ...bad, changesStatus: true };

describe.each<[string, Row[]]>([
  [
    "who is notified",
    [
      ["every run, a good one", { routes: { A: "runs: chat" } }, "chat run"],
      ["every run, a bad one", { routes: { A: "runs: chat" }, events: [bad] }, "chat run"],
      ["every run, one whose end never came", { routes: { A: "runs: chat" }, events: [lost] }, "chat run"],
      ["a route of changes alone gets no run", { routes: { A: "changes: chat" }, events: [good, bad] }, ""],
      ["every failure, a bad run", { routes: { A: "failures: chat" }, events: [bad] }, "chat run"],
      ["every failure, not a good run", { routes: { A: "failures: chat" } }, ""],
      ["every failure, not one that was lost", { routes: { A: "failures: chat" }, events: [lost] }, ""],
      ["notices", { routes: { A: "notices: chat" }, events: [slow()] }, "chat notice"],
      ["a route of runs alone gets no notice", { routes: { A: "runs: chat" }, events: [slow()] }, ""],
      ["a route of notices alone gets no run", { routes: { A: "notices: chat" } }, ""],
      ["each of several runs", { routes: { A: "runs: chat" }, events: [good, bad] }, "chat run, chat run"],
    ],
  ],
  [
    "whom it is for",
    [
      [
        "the first step's targets, at once",
        { routes: { A: steps("chat mail", "boss") } },
        "chat run, mail run",
      ],
      [
        "the first step's targets, whatever its delay",
        {
          routes: {
            A: {
              ...steps("chat"),
              steps: [{ afterMinutes: 15, targets: [targetOf("chat")], ifUnacknowledged: true }],
            },
          },
        },
        "chat run",
      ],
      ["every channel of a person", { routes: { A: "runs: ~anna" } }, "phone run, sms run"],
      ["the person on call now", { routes: { A: "runs: @ops" } }, "phone run, sms run"],
      [
        "a channel once, however often it is named",
        { routes: { A: "runs: chat", B: "runs failures: chat" }, events: [bad] },
        "chat run",
      ],
      ["no channel that is gone", { routes: { A: "runs: chat mail" }, gone: "chat" }, "mail run"],
      [
        "checks with the tag",
        { routes: { A: { ...route("runs: chat"), match: match({ tags: ["db"] }) } }, tags: "prod db" },
        "chat run",
      ],
      [
        "not those without",
        { routes: { A: { ...route("runs: chat"), match: match({ tags: ["db"] }) } }, tags: "prod" },
        "",
      ],
      [
        "a severity",
        {
          routes: { A: { ...route("runs: chat"), match: match({ severities: ["info"] }) } },
          severity: "info",
        },
        "chat run",
      ],
      [
        "not another",
        { routes: { A: { ...route("runs: chat"), match: match({ severities: ["info"] }) } } },
        "",
      ],
      [
        "the named check",
        { routes: { A: { ...route("runs: chat"), match: match({ checkIds: ["check"] }) } } },
        "chat run",
      ],
      [
        "not another",
        { routes: { A: { ...route("runs: chat"), match: match({ checkIds: ["other"] }) } } },
        "",
      ],
      [
        "every run, whatever the reasons",
        { routes: { A: { ...route("runs: chat"), match: match({ reasons: ["missed"] }) } } },
        "chat run",
      ],
      [
        "failures by their reason",
        {
          routes: { A: { ...route("failures: chat"), match: match({ reasons: ["failed"] }) } },
          events: [bad],
        },
        "chat run",
      ],
      [
        "not by another",
        {
          routes: { A: { ...route("failures: chat"), match: match({ reasons: ["missed"] }) } },
          events: [bad],
        },
        "",
      ],
      [
        "notices by their reason",
        {
          routes: { A: { ...route("notices: chat"), match: match({ reasons: ["overlong"] }) } },
          events: [slow()],
        },
        "chat notice",
      ],
      [
        "not by another",
        {
          routes: { A: { ...route("notices: chat"), match: match({ reasons: ["failed"] }) } },
          events: [slow()],
        },
        "",
      ],
    ],
  ],
  [
    "nobody is notified twice",
    [
      [
        "a failure that is notified now as the change",
        { routes: { A: "changes failures: chat" }, events: [changing], notified: "chat" },
        "",
      ],
      [
        "a run that is",
        { routes: { A: "runs: chat mail" }, events: [changing], notified: "chat" },
        "mail run",
      ],
      [
        "by whichever route",
        { routes: { A: "failures: chat", B: "changes: chat" }, events: [changing], notified: "chat" },
        "",
      ],
      [
        "a run beside another's change is its own",
        { routes: { A: "runs: chat" }, events: [good], notified: "chat" },
        "chat run",
      ],
      [
        "where the change comes later, the failure is notified",
        { routes: { A: "changes failures: chat" }, events: [changing] },
        "chat run",
      ],
      [
        "where the same hours hold both, the change tells it",
        { routes: { A: { ...route("changes failures: chat"), hours: NIGHT } }, events: [changing] },
        "",
      ],
      [
        "but not where it may never be notified",
        {
          routes: { A: { ...route("changes failures: chat"), hours: NIGHT, recovery: false } },
          events: [changing],
        },
        "chat run at +10",
      ],
      [
        "what was noticed stands in the run's line",
        { routes: { A: "runs notices: chat", B: "notices: mail" }, events: [good, slow(good.run.id)] },
        "chat run, mail notice",
      ],
      [
        "a notice about another run is its own",
        { routes: { A: "runs notices: chat" }, events: [good, slow("other")] },
        "chat run, chat notice",
      ],
    ],
  ],
  [
    "hours",
    [
      ["inside, at once", { routes: { A: { ...route("runs: chat"), hours: OFFICE } } }, "chat run"],
      [
        "outside, when they begin",
        { routes: { A: { ...route("runs: chat"), hours: NIGHT } } },
        "chat run at +10",
      ],
      ["outside, to who stands in", { routes: { A: { ...route("runs: chat"), hours: DUTY } } }, "duty run"],
      [
        "another route may speak",
        { routes: { A: { ...route("runs: chat"), hours: NIGHT }, B: "runs: mail" } },
        "chat run at +10, mail run",
      ],
    ],
  ],
  [
    "maintenance and snoozes",
    [
      [
        "a run in maintenance is notified",
        { routes: { A: "runs: chat" }, events: [{ ...bad, isInMaintenance: true }] },
        "chat run",
      ],
      [
        "a failure in it is not",
        { routes: { A: "failures: chat" }, events: [{ ...bad, isInMaintenance: true }] },
        "",
      ],
      [
        "nor what is noticed in it",
        { routes: { A: "notices: chat" }, events: [{ ...slow(), isInMaintenance: true }] },
        "",
      ],
      [
        "a run of a snoozed incident is notified",
        { routes: { A: "runs: chat" }, events: [bad], snoozed: true },
        "chat run",
      ],
      ["a failure of it is not", { routes: { A: "failures: chat" }, events: [bad], snoozed: true }, ""],
      ["nor a notice", { routes: { A: "notices: chat" }, events: [slow()], snoozed: true }, ""],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (_name, given, answer) => {
    expect(previewRecipients(given)).toBe(answer);
  });
});

function previewRecipients({
  routes,
  events = [good],
  tags = "",
  severity = "warning",
  notified = "",
  snoozed = false,
  gone = "",
}: Given) {
  const recipients = recipientsFor(events, {
    check: { id: "check", tags: words(tags), severity, channelIds: [] },
    routes: Object.entries(routes).map(([name, one]) => ({
      ...route("runs: chat"),
      ...(typeof one === "string" ? route(one) : one),
      id: name,
      name,
    })),
    directory: directory(words(gone)),
    notifiedOfChange: new Set(words(notified)),
    isSnoozed: snoozed,
    now: NOW,
  });
  return recipients
    .map(
      ({ channelId, event: { kind }, notBefore }) =>
        `${channelId} ${kind}${notBefore > NOW ? ` at +${(notBefore - NOW) / HOUR_MS}` : ""}`,
    )
    .join(", ");
}

function route(text: string): Route {
  const [heard = "", targets = ""] = text.split(": ");
  const notifyOn = {
    changes: heard.includes("changes"),
    failures: heard.includes("failures"),
    runs: heard.includes("runs"),
    notices: heard.includes("notices"),
  };
  const step = { afterMinutes: 0, targets: words(targets).map(targetOf), ifUnacknowledged: true };
  return {
    id: "",
    name: "",
    match: match({}),
    notifyOn,
    steps: [step],
    repeatMinutes: null,
    hours: null,
    recovery: true,
  };
}

function steps(...channels: string[]): Route {
  return {
    ...route("runs: chat"),
    steps: channels.map((of, at) => ({
      afterMinutes: at * 15,
      targets: words(of).map(targetOf),
      ifUnacknowledged: true,
    })),
  };
}

function match(change: Partial<Route["match"]>): Route["match"] {
  return { tags: [], reasons: [], severities: [], checkIds: [], ...change };
}

function targetOf(name: string): Target {
  if (name.startsWith("~")) return { kind: "person", personId: name.slice(1) };
  return name.startsWith("@")
    ? { kind: "on-call", rotationId: name.slice(1) }
    : { kind: "channel", channelId: name };
}

function directory(gone: string[]): Directory {
  const names = ["chat", "mail", "boss", "duty", "phone", "sms"].filter((name) => !gone.includes(name));
  const rotation = {
    id: "ops",
    name: "ops",
    timezone: "UTC",
    every: "week",
    startsOn: "2026-01-05",
    handOverAt: "09:00",
    personIds: ["anna"],
    overrides: [],
  } as const;
  return {
    channelIds: new Set(names),
    people: new Map([["anna", { id: "anna", name: "Anna", channelIds: ["phone", "sms"] }]]),
    rotations: new Map([["ops", rotation]]),
  };
}

function hoursOf(from: string, to: string, outside: Hours["outside"]): Hours {
  return { timezone: "UTC", weekdays: [1, 2, 3, 4, 5, 6, 7], from, to, outside };
}

function run(change: Partial<Run> & { outcome?: "success" | "fail" | "lost" }) {
  const { outcome = "success" } = change;
  const whole: Run = {
    id: `run ${outcome}`,
    rid: null,
    host: null,
    startedAt: NOW - 60_000,
    endedAt: NOW,
    durationMs: 60_000,
    exitStatus: 0,
    overlong: false,
    guessed: false,
    ...change,
    outcome,
  };
  return {
    kind: "run" as const,
    run: { ...whole, outcome, endedAt: NOW },
    noticed: null,
    changesStatus: false,
    isInMaintenance: false,
  };
}

function slow(runId: string | null = null) {
  const evidence = {
    expectedAt: null,
    deadlineAt: null,
    lastHeardAt: null,
    exitStatus: null,
    runId,
    pingNumber: null,
    durationMs: 60_000,
    limitMs: 20_000,
  };
  return {
    kind: "notice" as const,
    at: NOW,
    notice: "overlong" as const,
    evidence,
    runId,
    isInMaintenance: false,
  };
}

function words(text: string): string[] {
  return text.split(/[ ,]+/).filter((word) => word !== "");
}
