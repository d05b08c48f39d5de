import { DAY_MS, HOUR_MS, type Instant, SECOND_MS, timeZoneOf, weekdayOf } from "@overdue/schedules";
import { durationText } from "../text/duration-text.ts";
import { middleOf } from "./statistics.ts";

/** A run is compared with this many of the last good runs. */
export const RUNS_COMPARED = 40;
const SAMPLES_MIN = 10;
const HOUR_SAMPLES_MIN = 10;
// Where an hour of the week plainly differs from the rest, three weeks show it.
const DIFFERENT_HOUR_SAMPLES_MIN = 3;

/** A successful run: only those teach what is usual. */
export type DurationSample = { startedAt: Instant; durationMs: number };

/** What is usual for a check, or for it on one weekday at one hour of its own time zone. */
export type Baseline = {
  /** Of the kind of run that is most frequent. */
  medianMs: number;
  /** How many runs it stands on, the newest: 10 to 40, of an hour of the week 3 to 40. */
  samples: number;
  of: "all" | "weekday-hour";
  /** A run outside of these is an outlier. */
  tooQuickMs: number;
  overlongMs: number;
};

export type BaselineInput = {
  /** Successful runs in any order; those from before `since` do not count. */
  samples: readonly DurationSample[];
  /** The start of the run to be compared. */
  at: Instant;
  timezone: string;
  /** When a person last said "this is normal now". */
  since: Instant | null;
};

/** What is usual for a run that starts at `at`: null while fewer than ten runs are known. */
export function baselineOf({ samples, at, timezone, since }: BaselineInput): Baseline | null {
  const known = samples
    .filter(({ startedAt }) => startedAt < at && startedAt >= (since ?? -Infinity))
    .toSorted((one, other) => one.startedAt - other.startedAt);
  const hour = weekdayHour(at, timezone);
  const alike = known.filter(({ startedAt }) => weekdayHour(startedAt, timezone) === hour);
  return baselineAmong(durationsOf(known), durationsOf(alike));
}

/**
 * What is usual for a run of an hour of the week, by the durations of good runs of any hour and of that hour, oldest
 * first: that hour's where ten of its runs are known, or three that differ from the rest; else any run's. Null while
 * fewer than ten runs are known.
 */
export function baselineAmong(anyHour: readonly number[], thisHour: readonly number[]): Baseline | null {
  const usual = baselineOfDurations(anyHour);
  if (usual === null || thisHour.length < DIFFERENT_HOUR_SAMPLES_MIN) return usual;
  const usualThen = limitsOf(thisHour, "weekday-hour");
  const differs = findOutlier(usual, usualThen.medianMs) !== null;
  return differs || thisHour.length >= HOUR_SAMPLES_MIN ? usualThen : usual;
}

function durationsOf(samples: readonly DurationSample[]): number[] {
  return samples.map(({ durationMs }) => durationMs);
}

export type OutlierDuration = {
  kind: "overlong" | "too-quick";
  /** How many times the usual it took. */
  times: number;
  /** "3.1 times its usual 4 min 10 s, the last 20 runs" */
  sentence: string;
};

/** How the duration of a run, up to now or in all, differs from the baseline; null where it is no outlier. */
export function findOutlier(usual: Baseline, durationMs: number): OutlierDuration | null {
  const times = usual.medianMs === 0 ? Infinity : durationMs / usual.medianMs;
  const evidence = `its usual ${durationText(usual.medianMs)}, the last ${usual.samples} ${RUNS[usual.of]}`;
  if (durationMs > usual.overlongMs)
    return { kind: "overlong", times, sentence: `${inTimes(times)} ${evidence}` };
  if (durationMs < usual.tooQuickMs)
    return { kind: "too-quick", times, sentence: `${durationText(durationMs)} instead of ${evidence}` };
  return null;
}

const RUNS = { all: "runs", "weekday-hour": "runs at this hour of the week" } as const;

function inTimes(times: number): string {
  return Number.isFinite(times) ? `${times.toFixed(1)} times` : "far more than";
}

/** What is usual by the durations of good runs, oldest first; null while fewer than ten are known. */
export function baselineOfDurations(durationsMs: readonly number[]): Baseline | null {
  return durationsMs.length < SAMPLES_MIN ? null : limitsOf(durationsMs, "all");
}

function limitsOf(durationsMs: readonly number[], of: Baseline["of"]): Baseline {
  const newest = durationsMs.slice(-RUNS_COMPARED);
  return { ...lengthLimits(newest), samples: newest.length, of };
}

/** One of the 168 hours of a week, on the zone's clock. */
export function weekdayHour(at: Instant, timezone: string): number {
  const wall = timeZoneOf(timezone).wallOf(at);
  const dayNumber = Math.floor(wall / DAY_MS);
  return weekdayOf(dayNumber) * 24 + Math.floor((wall - dayNumber * DAY_MS) / HOUR_MS);
}

// Before anything is known of a job, its runs are taken to vary by a factor of 1.35, with the weight of three runs.
const PRIOR_SPREAD = 0.3;
const PRIOR_WEIGHT = 3;
// A run of the usual kind lies outside of the limits once in a thousand times, were the spread known exactly.
const NORMAL_QUANTILE = 3.29;
// Lengths that lie apart by this many spreads, and at least by a factor of two, are of two kinds.
const GAP_IN_SPREADS = 3;
const GAP_MIN = Math.LN2;
const GROUPS_MAX = 3;
const OVERLONG_TIMES_MIN = 1.5;
/** A start or an end that is heard a little late changes a short run by as much. */
const PING_DELAY_MS = 3 * SECOND_MS;

/** The usual length and the limits outside of which a run is an outlier, in whole milliseconds. */
type LengthLimits = { medianMs: number; tooQuickMs: number; overlongMs: number };

/** Logarithms of lengths that are alike, ascending; never empty. */
type Group = readonly number[];

/**
 * What is usual by the lengths of good runs, in milliseconds, at least one.
 *
 * Run times vary by factors, so they are compared as logarithms. Many jobs have two kinds of run (a quick one that
 * finds nothing to do, a full backup each Sunday): lengths that lie clearly apart form groups with a usual length
 * each, and only what is longer or shorter than every group is an outlier. The limits are those of a prediction interval
 * (Student's t), which is wide while few runs are known.
 */
function lengthLimits(durationsMs: readonly number[]): LengthLimits {
  const groups = groupLengths(durationsMs.map((ms) => Math.log(Math.max(1, ms))));
  const { spread, freedom } = pooledSpread(groups);
  const widest = studentQuantile(freedom) * spread;
  const marginOf = (group: Group) => widest * Math.sqrt(1 + 1 / group.length);
  const largest = groups.reduce((one, other) => (other.length > one.length ? other : one));
  const medianMs = Math.round(Math.exp(middleOf(largest)));
  // One long run may be a second kind; one quick run may be the backup that saved nothing, so it teaches nothing alone.
  const lowest = groups.find((group) => group.length > 1) ?? largest;
  const highest = groups.at(-1) ?? largest;
  return {
    medianMs,
    tooQuickMs: Math.min(Math.floor(Math.exp(middleOf(lowest) - marginOf(lowest))), medianMs - PING_DELAY_MS),
    overlongMs: Math.max(
      Math.ceil(Math.exp(middleOf(highest) + marginOf(highest))),
      Math.ceil(OVERLONG_TIMES_MIN * medianMs),
      medianMs + PING_DELAY_MS,
    ),
  };
}

/** Splits at the widest gap, again and again, as long as it is wide beside the spread within the groups. */
function groupLengths(logs: readonly number[]): readonly Group[] {
  let groups: readonly Group[] = [logs.toSorted((one, other) => one - other)];
  while (groups.length < GROUPS_MAX) {
    const { parts, gap } = splitWidestGap(groups);
    if (gap < GAP_MIN || gap < GAP_IN_SPREADS * pooledSpread(parts).spread) break;
    groups = parts;
  }
  return groups;
}

function splitWidestGap(groups: readonly Group[]): { parts: readonly Group[]; gap: number } {
  let widest = { gap: 0, group: 0, index: 0 };
  for (const [group, logs] of groups.entries())
    for (let index = 1; index < logs.length; index++) {
      const gap = (logs[index] ?? 0) - (logs[index - 1] ?? 0);
      if (gap > widest.gap) widest = { gap, group, index };
    }
  const parts = groups.flatMap((logs, group) =>
    group === widest.group && widest.gap > 0
      ? [logs.slice(0, widest.index), logs.slice(widest.index)]
      : [logs],
  );
  return { parts, gap: widest.gap };
}

/** How much the lengths vary within their groups: the root of the mean square, the prior among them. */
function pooledSpread(groups: readonly Group[]): { spread: number; freedom: number } {
  let squares = PRIOR_WEIGHT * PRIOR_SPREAD ** 2;
  let freedom = PRIOR_WEIGHT;
  for (const logs of groups) {
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    squares += logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
    freedom += logs.length - 1;
  }
  return { spread: Math.sqrt(squares / freedom), freedom };
}

/** Student's t for the same probability as the normal quantile: the expansion by Cornish and Fisher. */
function studentQuantile(freedom: number): number {
  const z = NORMAL_QUANTILE;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
