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

/** The policies of all set-ups that were measured, by family. */
export const POLICIES: readonly SchedulerPolicy[] = [
  ...MACHINES,
  ...PYTHON,
  ...JAVASCRIPT,
  ...JAVA,
  ...OTHER_LANGUAGES,
];

/**
 * What a scheduler of cron lines does with runs that it could not start in time: one policy per set-up, the usual one first.
 * Empty for schedulers that were not measured, and for libraries, because the program that uses them decides.
 */
export function policiesOf(scheduler: string): SchedulerPolicy[] {
  return POLICIES.filter(
    ({ schedulers, intervalsOnly }) => intervalsOnly !== true && schedulers.includes(scheduler),
  );
}

/** The same for a program that starts jobs every N seconds, by its id in `INTERVAL_SCHEDULERS`. */
function policiesOfInterval(scheduler: string): SchedulerPolicy[] {
  const timing = POLICIES.filter((policy) => policy.interval !== null && intervalIdOf(policy) === scheduler);
  const only = timing.filter(({ intervalsOnly }) => intervalsOnly === true);
  return only.length === 0 ? timing : only;
}

/** The id of the program as a scheduler of cron lines, otherwise one made of its name. */
function intervalIdOf({ program, schedulers }: SchedulerPolicy): string {
  return schedulers[0] ?? program.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
}

/** The measured programs that start jobs every N seconds, sorted by name. */
export const INTERVAL_SCHEDULERS: readonly { id: string; label: string }[] = [
  ...new Map(
    POLICIES.filter(({ interval }) => interval !== null).map((policy) => [
      intervalIdOf(policy),
      { id: intervalIdOf(policy), label: policy.program },
    ]),
  ).values(),
].toSorted((one, other) => one.label.localeCompare(other.label, "en"));

/**
 * From when it is certain that the run of a due time will not come: from the due time itself if nothing is made up. Null: never,
 * because the scheduler may still start it whenever it is back.
 */
export function lostFrom({ missed }: SchedulerPolicy, due: Instant): Instant | null {
  if (missed.runs === "none") return due;
  return typeof missed.withinSeconds === "number" ? due + missed.withinSeconds * SECOND_MS : null;
}

/** The id under which the policies of systemd timers are found. */
const SYSTEMD = "systemd-cron";

/** What a schedule says about the program that runs its job. */
export type RunBy = Pick<Schedule, "kind" | "scheduler" | "setup">;

/** All measured policies of the program that runs the job of this schedule, whatever its set-up. */
function measuredFor(schedule: RunBy): SchedulerPolicy[] {
  const { kind, scheduler } = schedule;
  if (kind === "interval") return scheduler === undefined ? [] : policiesOfInterval(scheduler);
  return policiesOf(kind === "oncalendar" ? SYSTEMD : (scheduler ?? DEFAULT_SCHEDULER));
}

/** The policies that fit the set-up in the schedule, with the limit and the overlap that it names; the usual one first. */
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

/** What may happen to the next run during another, with the setting that decides it. */
function overlapsOf({ overlap }: SchedulerPolicy): { rule: OverlapRule; when: string }[] {
  if (overlap === null) return [];
  const { usual, usualWhen = "", otherwise = [] } = overlap;
  return [{ rule: usual, when: usualWhen }, ...otherwise.map(([when, rule]) => ({ rule, when }))];
}

/** What a check may say about the set-up of its scheduler; empty if there is nothing to choose. */
export type SetupChoices = {
  missed: { policy: SchedulerPolicy & { id: string }; setting: string | null }[];
  overlap: { rule: OverlapRule; when: string }[];
};

/** The measured set-ups of the program that runs the job of this schedule, if they differ. */
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

/** The usual policy of the program that runs the job of this schedule; null: it was not measured, or is not named. */
export function usualPolicy(schedule: RunBy): SchedulerPolicy | null {
  return policiesFor(schedule)[0] ?? null;
}

/** Which runs may come besides the due one, in any set-up of the scheduler that fits the schedule. */
export type BelatedRuns = {
  /** After an outage or a sleep, several missed runs that were due up to this long ago may start at once; 0: never. */
  togetherWithinMs: number;
  /** A run that is due during another may start right at the end of that. */
  atTheEnd: boolean;
  /** For an interval: the next run is counted from the start of the last one, not from its end. */
  fromStart: boolean;
};

const UNKNOWN: BelatedRuns = { togetherWithinMs: Infinity, atTheEnd: true, fromStart: false };
const BELATED_MAX = 1000;
const belatedRunsByJson = boundedCache(BELATED_MAX, (runBy) =>
  combinePolicies(policiesFor(JSON.parse(runBy) as RunBy)),
);
const belatedRunsOfCron = boundedCache(BELATED_MAX, (scheduler) =>
  belatedRunsByJson(JSON.stringify({ kind: "cron", scheduler })),
);

/** Which runs a scheduler may still start after they were due; any, if it was not measured. */
export function belatedRuns({ kind, scheduler, setup }: RunBy): BelatedRuns {
  if (kind === "cron" && setup === undefined) return belatedRunsOfCron(scheduler ?? DEFAULT_SCHEDULER);
  if (kind === "interval" && scheduler === undefined) return UNKNOWN;
  return belatedRunsByJson(JSON.stringify({ kind, scheduler, setup }));
}

function combinePolicies(policies: readonly SchedulerPolicy[]): BelatedRuns {
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

/** Whether a run that is due during another may wait for its end; true if that was not measured. */
function startsAtTheEnd({ overlap }: SchedulerPolicy): boolean {
  if (overlap === null) return true;
  const rules = [
    overlap.usual,
    ...[...(overlap.otherwise ?? []), ...(overlap.sometimes ?? [])].map(([, then]) => then),
  ];
  return rules.includes("queued") || rules.includes("one-at-the-end");
}
