import type { Schedule } from "../schedule.ts";
import { DEFAULT_SCHEDULER } from "../schedulers/index.ts";
import { SECOND_MS, type Instant } from "../time.ts";
import { JAVASCRIPT } from "./javascript.ts";
import { MACHINES } from "./machines.ts";
import { OTHER_LANGUAGES } from "./other-languages.ts";
import type { SchedulerPolicy } from "./policy.ts";
import { PYTHON } from "./python.ts";

/** Every set-up that was run, by family. */
export const POLICIES: readonly SchedulerPolicy[] = [
  ...MACHINES,
  ...PYTHON,
  ...JAVASCRIPT,
  ...OTHER_LANGUAGES,
];

/**
 * What a scheduler of cron lines does with runs that it could not start in time, one policy per set-up and the usual one
 * first. Empty for those that nobody measured, and for libraries, where the program around them decides.
 */
export function policiesOf(scheduler: string): SchedulerPolicy[] {
  return POLICIES.filter(({ schedulers }) => schedulers.includes(scheduler));
}

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

/** The usual policy of what runs a job of this schedule; null where nobody measured it, and for intervals. */
export function usualPolicy(schedule: Schedule): SchedulerPolicy | null {
  return setupsFor(schedule)[0] ?? null;
}

/** What may come beside the run that is due, in any set-up of the scheduler, since a check does not say which it is. */
export type BelatedRuns = {
  /** Several missed runs start at once after an outage or a sleep, those that were due so long ago at most; 0: never. */
  togetherWithinMs: number;
  /** A run that was due while another went on starts right at the end of that. */
  atTheEnd: boolean;
};

const UNKNOWN: BelatedRuns = { togetherWithinMs: Infinity, atTheEnd: true };
const known = new Map<string, BelatedRuns>();

/** What a scheduler may still start of runs that were due; anything where nobody measured it. */
export function belatedRuns(schedule: Schedule): BelatedRuns {
  if (schedule.kind === "interval") return UNKNOWN;
  const id = schedulerOf(schedule);
  const before = known.get(id);
  if (before !== undefined) return before;
  const setups = policiesOf(id);
  const belated =
    setups.length === 0
      ? UNKNOWN
      : {
          togetherWithinMs: Math.max(...setups.map(togetherWithin)),
          atTheEnd: setups.some(startsAtTheEnd),
        };
  known.set(id, belated);
  return belated;
}

function setupsFor(schedule: Schedule): SchedulerPolicy[] {
  return schedule.kind === "interval" ? [] : policiesOf(schedulerOf(schedule));
}

function schedulerOf(schedule: Exclude<Schedule, { kind: "interval" }>): string {
  return schedule.kind === "oncalendar" ? SYSTEMD : (schedule.scheduler ?? DEFAULT_SCHEDULER);
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
  const rules = [overlap.usual, ...(overlap.otherwise ?? []).map(([, then]) => then)];
  return rules.includes("queued") || rules.includes("one at the end");
}
