import { boundedCache } from "../bounded-cache.ts";
import type { Schedule, Setup } from "../schedule.ts";
import { DEFAULT_SCHEDULER } from "../schedulers/index.ts";
import { SECOND_MS, type Instant } from "../time.ts";
import { JAVA } from "./java.ts";
import { JAVASCRIPT } from "./javascript.ts";
import { MACHINES } from "./machines.ts";
import { OTHER_LANGUAGES } from "./other-languages.ts";
import type { OverlapRule, SchedulerPolicy } from "./policy.ts";
import { PYTHON } from "./python.ts";

/** Every set-up that was run, by family. */
export const POLICIES: readonly SchedulerPolicy[] = [
  ...MACHINES,
  ...PYTHON,
  ...JAVASCRIPT,
  ...JAVA,
  ...OTHER_LANGUAGES,
];

/**
 * What a scheduler of cron lines does with runs that it could not start in time, one policy per set-up and the usual one
 * first. Empty for those that nobody measured, and for libraries, where the program around them decides.
 */
export function policiesOf(scheduler: string): SchedulerPolicy[] {
  return POLICIES.filter(
    ({ schedulers, intervalsOnly }) => intervalsOnly !== true && schedulers.includes(scheduler),
  );
}

/** The same of a program that starts jobs every N seconds, by its id in `INTERVAL_SCHEDULERS`. */
function policiesOfInterval(scheduler: string): SchedulerPolicy[] {
  const timing = POLICIES.filter((policy) => policy.interval !== null && intervalIdOf(policy) === scheduler);
  const only = timing.filter(({ intervalsOnly }) => intervalsOnly === true);
  return only.length === 0 ? timing : only;
}

/** As the same program is called where it reads lines, else its own name. */
function intervalIdOf({ program, schedulers }: SchedulerPolicy): string {
  return schedulers[0] ?? program.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

/** The programs that start jobs every N seconds and were measured, in the order of their names. */
export const INTERVAL_SCHEDULERS: readonly { id: string; label: string }[] = [
  ...new Map(
    POLICIES.filter(({ interval }) => interval !== null).map((policy) => [
      intervalIdOf(policy),
      { id: intervalIdOf(policy), label: policy.program },
    ]),
  ).values(),
].toSorted((one, other) => one.label.localeCompare(other.label, "en"));

/**
 * When it is certain that the run of a due time will not come: from the due time itself where nothing is made up. Null
 * while the scheduler, once it is back, may still start it.
 */
export function lostFrom({ missed }: SchedulerPolicy, due: Instant): Instant | null {
  if (missed.runs === "none") return due;
  return typeof missed.withinSeconds === "number" ? due + missed.withinSeconds * SECOND_MS : null;
}

/** What reads the lines of systemd timers, as far as runs that it could not start in time go. */
const SYSTEMD = "systemd-cron";

/** What a schedule says of the program that runs its job. */
export type RunBy = Pick<Schedule, "kind" | "scheduler" | "setup">;

/** Every measured policy of what runs a job of this schedule, whatever its set-up. */
function measuredFor(schedule: RunBy): SchedulerPolicy[] {
  const { kind, scheduler } = schedule;
  if (kind === "interval") return scheduler === undefined ? [] : policiesOfInterval(scheduler);
  return policiesOf(kind === "oncalendar" ? SYSTEMD : (scheduler ?? DEFAULT_SCHEDULER));
}

/** The policies that fit what the schedule says of the set-up, with its own limit and overlap in them; the usual first. */
export function policiesFor(schedule: RunBy): SchedulerPolicy[] {
  const { setup } = schedule;
  const measured = measuredFor(schedule);
  if (setup === undefined) return measured;
  return measured.filter((policy) => isOfSetup(policy, setup)).map((policy) => setUpAs(policy, setup));
}

function isOfSetup(policy: SchedulerPolicy, { missed, withinSeconds, overlap }: Setup): boolean {
  return (
    (missed === undefined || policy.id === missed) &&
    (withinSeconds === undefined || limitSettingOf(policy) !== null) &&
    (overlap === undefined || overlapsOf(policy).some(({ rule }) => rule === overlap))
  );
}

function setUpAs(policy: SchedulerPolicy, { withinSeconds, overlap }: Setup): SchedulerPolicy {
  const { missed, overlap: measured } = policy;
  return {
    ...policy,
    ...(withinSeconds !== undefined && missed.runs !== "none" && { missed: { ...missed, withinSeconds } }),
    ...(overlap !== undefined && {
      overlap: { usual: overlap, ...(measured?.sometimes && { sometimes: measured.sometimes }) },
    }),
  };
}

function limitSettingOf({ missed }: SchedulerPolicy): string | null {
  return missed.runs === "none" ? null : (missed.setting ?? null);
}

/** What may happen to the next run while one goes on, with the setting that makes it so. */
function overlapsOf({ overlap }: SchedulerPolicy): { rule: OverlapRule; when: string }[] {
  if (overlap === null) return [];
  const { usual, usualWhen = "", otherwise = [] } = overlap;
  return [{ rule: usual, when: usualWhen }, ...otherwise.map(([when, rule]) => ({ rule, when }))];
}

/** What a check may say of how its scheduler is set up; empty where there is nothing to choose. */
export type SetupChoices = {
  missed: { policy: SchedulerPolicy & { id: string }; setting: string | null }[];
  overlap: { rule: OverlapRule; when: string }[];
};

/** The set-ups of what runs a job of this schedule, as far as they were measured and differ. */
export function setupChoices(schedule: RunBy): SetupChoices {
  const policies = measuredFor(schedule);
  const named = policies.flatMap((policy) =>
    policy.id === undefined
      ? []
      : [{ policy: { ...policy, id: policy.id }, setting: limitSettingOf(policy) }],
  );
  const choosable = policies.find(({ overlap }) => (overlap?.otherwise ?? []).length > 0);
  return {
    missed: named.length > 1 ? named : [],
    overlap: choosable === undefined ? [] : overlapsOf(choosable),
  };
}

/** The usual policy of what runs a job of this schedule; null where nobody measured it, and for an interval of nobody. */
export function usualPolicy(schedule: RunBy): SchedulerPolicy | null {
  return policiesFor(schedule)[0] ?? null;
}

/** What may come beside the run that is due, in any set-up of the scheduler that fits what the check says of it. */
export type BelatedRuns = {
  /** Several missed runs start at once after an outage or a sleep, those that were due so long ago at most; 0: never. */
  togetherWithinMs: number;
  /** A run that was due while another went on starts right at the end of that. */
  atTheEnd: boolean;
  /** Of a schedule without times of its own: the next run counts from the start of the last, not from its end. */
  fromStart: boolean;
};

const UNKNOWN: BelatedRuns = { togetherWithinMs: Infinity, atTheEnd: true, fromStart: false };
const BELATED_MAX = 1000;
const belatedOf = boundedCache(BELATED_MAX, (asked) => belated(policiesFor(JSON.parse(asked) as RunBy)));
const usuallyBelated = boundedCache(BELATED_MAX, (scheduler) =>
  belatedOf(JSON.stringify({ kind: "cron", scheduler })),
);

/** What a scheduler may still start of runs that were due; anything where nobody measured it. */
export function belatedRuns({ kind, scheduler, setup }: RunBy): BelatedRuns {
  if (kind === "cron" && setup === undefined) return usuallyBelated(scheduler ?? DEFAULT_SCHEDULER);
  if (kind === "interval" && scheduler === undefined) return UNKNOWN;
  return belatedOf(JSON.stringify({ kind, scheduler, setup }));
}

function belated(policies: readonly SchedulerPolicy[]): BelatedRuns {
  if (policies.length === 0) return UNKNOWN;
  return {
    togetherWithinMs: Math.max(...policies.map(togetherWithin)),
    atTheEnd: policies.some(startsAtTheEnd),
    fromStart: policies.every(({ interval }) => interval !== null && interval.phase !== "from end"),
  };
}

/** Whether the next run of an interval, or of a line such as `@every 90m`, counts from the start of the last run. */
export function isCountedFromStart(schedule: Schedule): boolean {
  return schedule.kind === "interval" ? belatedRuns(schedule).fromStart : true;
}

function togetherWithin({ missed, asleep }: SchedulerPolicy): number {
  const several = [missed, ...(asleep ?? [])].filter(
    ({ runs }) => runs === "all" || runs === "first and last",
  );
  return Math.max(
    0,
    ...several.map((made) =>
      "withinSeconds" in made && typeof made.withinSeconds === "number"
        ? made.withinSeconds * SECOND_MS
        : Infinity,
    ),
  );
}

/** Where nobody measured what happens to a run that is due during another, it may wait. */
function startsAtTheEnd({ overlap }: SchedulerPolicy): boolean {
  if (overlap === null) return true;
  const rules = [
    overlap.usual,
    ...[...(overlap.otherwise ?? []), ...(overlap.sometimes ?? [])].map(([, then]) => then),
  ];
  return rules.includes("queued") || rules.includes("one-at-the-end");
}
