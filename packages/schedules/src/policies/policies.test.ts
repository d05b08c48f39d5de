import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ScheduleInput } from "../schedule-input.ts";
import {
  belatedRuns,
  INTERVAL_SCHEDULERS,
  isCountedFromStart,
  lostFrom,
  POLICIES,
  policiesOf,
  usualPolicy,
} from "./policies.ts";
import { intervalText, missedText, overlapText, setupChoiceTexts } from "./policy-text.ts";
import { SCHEDULERS } from "../schedulers/index.ts";
import type { SchedulerPolicy } from "./policy.ts";

/** What was seen when the programs were run: a row per set-up, in the words of the people who watched. */
type Row = Record<
  | "scheduler"
  | "version"
  | "missedOne"
  | "missedThree"
  | "overlap"
  | "intervalFirst"
  | "intervalPhase"
  | "intervalKeptOverRestart"
  | "sigstopOne"
  | "sigstopThree"
  | "clockBack",
  string | null
> & { graceSeconds: number | string | null };

const rows: Row[] = JSON.parse(readFileSync(new URL("../../vectors/policies.json", import.meta.url), "utf8"));

test("every measured set-up has its policy, and no policy is invented", () => {
  expect(rows).toHaveLength(81); // supercronic was measured twice, by two people
  const name = (measured: string | null, version: string | null) => `${measured} ${version}`;
  expect(POLICIES.map((policy) => name(policy.measured, policy.version)).toSorted()).toEqual(
    [...new Set(rows.map((row) => name(row.scheduler, row.version)))].toSorted(),
  );
});

describe.each(POLICIES)("$measured $version", (policy) => {
  const row = rowOf(policy);

  test("makes up what it was seen to make up after three due times without it", () => {
    expect(policy.missed.runs).toBe(
      runsIn(row.missedThree === "none" ? row.missedOne : (row.missedThree ?? row.missedOne)),
    );
  });

  test("makes up one missed run if and only if it was seen to", () => {
    expect(policy.missed.runs === "none").toBe(row.missedOne === "none");
  });

  test("times intervals as it was seen to", () => {
    expect(policy.interval === null).toBe(row.intervalFirst === null);
    if (policy.interval === null || row.intervalPhase === null) return;
    const isGrid = /^(fixed-grid|setInterval)/.test(row.intervalPhase);
    expect(policy.interval.phase).toBe(
      isGrid ? "grid" : row.intervalPhase.startsWith("from-end") ? "from end" : "from start",
    );
    expect(policy.interval.first === "at once").toBe(row.intervalFirst === "at-once");
    expect(policy.interval.overRestart === "anew").toBe(row.intervalKeptOverRestart === "no");
  });

  test("does after a sleep what it was seen to do", () => {
    if (
      policy.asleep === null ||
      row.sigstopThree === null ||
      policy.asleep.some(({ only }) => only !== undefined)
    )
      return;
    const seen = row.sigstopThree === "none" ? row.sigstopOne : row.sigstopThree;
    expect(policy.asleep[0]?.runs ?? "none").toBe(runsIn(seen));
  });

  test("is silent after the clock was set back if it was seen to be", () => {
    expect(policy.clockBack === null).toBe(row.clockBack === null);
    expect(policy.clockBack === "silent").toBe(row.clockBack?.includes("silent") ?? false);
  });
});

const limited = POLICIES.filter(({ missed }) => missed.runs !== "all" && missed.runs !== "none");

test.each(limited)("$measured $version has the limit that it was seen to have", (policy) => {
  expect(policy.missed.runs === "none" ? null : policy.missed.withinSeconds).toBe(limitIn(rowOf(policy)));
});

const overlapping = POLICIES.flatMap((policy) => {
  const { overlap } = rowOf(policy);
  return overlap === null || overlap === "as above" ? [] : [{ ...policy, policy, overlap }];
});

test.each(overlapping)(
  "$measured $version treats a run that is due during another as it was seen to",
  ({ policy, overlap }) => expect(policy.overlap?.usual).toBe(overlapIn(overlap)),
);

describe("a missed run", () => {
  const due = Date.parse("2026-03-02T03:00:00Z");

  test.each([
    ["debian-cron", "2026-03-02T03:00:00Z"],
    ["kubernetes", null],
    ["celery", null],
  ])("of %s is lost from %s", (scheduler, lost) => {
    const [policy] = policiesOf(scheduler);
    expect(policy && lostFrom(policy, due)).toBe(lost === null ? null : Date.parse(lost));
  });

  test("is lost when the limit of its scheduler has passed", () => {
    const stored = policiesOf("apscheduler").find(({ setup }) => setup.endsWith("left alone at start"));
    expect(stored && lostFrom(stored, due)).toBe(Date.parse("2026-03-02T03:00:01Z"));
  });

  test("has no policy where a library only computes times", () => expect(policiesOf("croniter")).toEqual([]));
});

describe("in words", () => {
  const usual = (scheduler: string): SchedulerPolicy => {
    const [policy] = policiesOf(scheduler);
    if (policy === undefined) throw new Error(`${scheduler} has no policy`);
    return policy;
  };

  test.each([
    ["debian-cron", "cron (Debian) makes up nothing"],
    ["celery", "Celery beat (schedule file kept) runs the last missed time, however late"],
    ["kubernetes", "Kubernetes (without startingDeadlineSeconds) runs the last missed time, however late"],
  ])("says what %s makes up", (scheduler, text) => expect(missedText(usual(scheduler))).toBe(text));

  test("says what becomes of overlapping runs", () => {
    expect(overlapText(usual("kubernetes"))).toBe(
      "runs side by side with it; starts once, right at its end if concurrencyPolicy is Forbid; stops it and runs if concurrencyPolicy is Replace",
    );
    expect(overlapText(usual("airflow"))).toBeNull();
  });

  test("says how intervals are timed", () => {
    expect(intervalText(usual("apscheduler"))).toBe(
      "first after an interval, then at due times that do not move; begun anew at each restart",
    );
  });
});

describe("a set-up that a check says", () => {
  const kubernetes = {
    kind: "cron",
    scheduler: "kubernetes",
    expression: "0 3 * * *",
    timezone: "UTC",
  } as const;
  const hourly = { kind: "interval", everySeconds: 3600 } as const;

  test.each<[object, boolean]>([
    [{}, true],
    [{ overlap: "parallel" }, false],
    [{ overlap: "one-at-the-end" }, true],
    [{ overlap: "replaced" }, false],
  ])("of Kubernetes, %j: a run may wait for the end of another: %s", (setup, waits) => {
    const schedule = ScheduleInput.parse({ ...kubernetes, setup });
    expect(belatedRuns(schedule).atTheEnd).toBe(waits);
  });

  test("of APScheduler says whether several missed runs may start at once", () => {
    const of = (setup: object) =>
      belatedRuns(ScheduleInput.parse({ ...kubernetes, scheduler: "apscheduler", setup })).togetherWithinMs;
    expect(of({ missed: "memory" })).toBe(0);
    expect(of({ missed: "database-no-coalesce" })).toBe(Infinity);
    expect(of({})).toBe(Infinity);
  });

  test("with its own limit says from when on a run is lost", () => {
    const due = Date.parse("2026-03-02T03:00:00Z");
    const policy = usualPolicy(ScheduleInput.parse({ ...kubernetes, setup: { withinSeconds: 200 } }));
    expect(policy && lostFrom(policy, due)).toBe(due + 200_000);
    expect(policy && missedText(policy)).toBe(
      "Kubernetes (with startingDeadlineSeconds) runs the last missed time if the scheduler is back within 200 seconds of the missed time",
    );
  });

  test("is left out where it says nothing", () => {
    expect(ScheduleInput.parse({ ...kubernetes, setup: {} })).toEqual(kubernetes);
  });

  test.each<[object, string, string]>([
    [
      { ...kubernetes, setup: { missed: "memory" } },
      "setup.missed",
      "use no-deadline, deadline, or leave it out",
    ],
    [
      { ...kubernetes, setup: { overlap: "skipped" } },
      "setup.overlap",
      "use parallel, one-at-the-end, replaced",
    ],
    [
      { ...kubernetes, setup: { missed: "no-deadline", withinSeconds: 60 } },
      "setup.withinSeconds",
      "This set-up has no limit of its own: leave it out.",
    ],
    [{ ...kubernetes, scheduler: "debian-cron", setup: { missed: "x" } }, "setup", "leave the set-up out"],
    [{ ...hourly, setup: { missed: "redis" } }, "setup", "leave the set-up out"],
    [{ ...hourly, scheduler: "debian-cron" }, "scheduler", "choose one such as bullmq, or leave it out"],
  ])("%j is refused", (schedule, path, way) => {
    const { error } = ScheduleInput.safeParse(schedule);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
    expect(error?.issues[0]?.message).toContain(way);
  });

  test.each([
    [undefined, undefined, false],
    ["bullmq", undefined, true],
    ["spring", undefined, false],
    ["spring", "fixed-rate", true],
    ["systemd-timer", "unit-inactive", false],
  ])("an interval of %s (%s) counts from the start of the last run: %s", (scheduler, missed, fromStart) => {
    const setup = missed === undefined ? {} : { setup: { missed } };
    const schedule = ScheduleInput.parse({ ...hourly, scheduler, ...setup });
    expect(isCountedFromStart(schedule)).toBe(fromStart);
  });

  test("is offered in words, each only once", () => {
    const { missed, overlap } = setupChoiceTexts(kubernetes);
    expect(missed.map(({ text }) => text)).toEqual([
      "without startingDeadlineSeconds: runs the last missed time, however late",
      "with startingDeadlineSeconds: runs the last missed time if the scheduler is back within the job's own limit",
    ]);
    expect(overlap.map(({ text }) => text)).toEqual([
      "concurrencyPolicy is Allow: it runs side by side with it",
      "concurrencyPolicy is Forbid: it starts once, right at its end",
      "concurrencyPolicy is Replace: it stops it and runs",
    ]);
    const programs = [
      ...SCHEDULERS.map(({ id }) => ({ kind: "cron" as const, scheduler: id })),
      ...INTERVAL_SCHEDULERS.map(({ id }) => ({ kind: "interval" as const, scheduler: id })),
    ];
    for (const program of programs) {
      const choices = setupChoiceTexts(program);
      const names = [...choices.missed.map(({ id }) => id), ...choices.overlap.map(({ rule }) => rule)];
      expect(new Set(names).size).toBe(names.length);
    }
  });
});

function rowOf({ measured, version }: SchedulerPolicy): Row {
  const row = rows.find((one) => one.scheduler === measured && one.version === version);
  if (row === undefined) throw new Error(`nobody measured ${measured} ${version}`);
  return row;
}

function runsIn(words: string | null): string {
  if (words === null || words === "none") return "none";
  if (words.startsWith("all") || words === "one to three at once") return "all";
  return words.startsWith("two-at-once") ? "first and last" : "last";
}

/** Its one run after a longer outage begins a new phase, so that no limit holds. */
function isRestartedPhase(row: Row): boolean {
  return row.missedThree?.includes("new phase") === true;
}

/** Within how many seconds a missed run was seen to be made up; null without a limit. */
function limitIn(row: Row): number | string | null {
  if (row.missedOne === "one-if-same-minute") return 60;
  if (row.graceSeconds === "N") return "setting";
  return row.missedOne?.includes("within-grace") && !isRestartedPhase(row) ? row.graceSeconds : null;
}

function overlapIn(words: string): string {
  if (words.startsWith("queued-without-limit / parallel")) return "parallel";
  if (words.startsWith("parallel")) return "parallel";
  if (words.startsWith("queued")) return "queued";
  return /^(one-made-up|back-to-back|one-at-a-time, one made up)/.test(words) ? "one-at-the-end" : "skipped";
}
