import { DAY_MS, HOUR_MS, type Instant, SECOND_MS, timeZoneOf, weekdayOf } from "@overdue/schedules";
import { durationText } from "../text/duration-text.ts";
import { middleOf } from "./statistics.ts";

/** A run is compared with this many of the last good runs. */
export const RUNS_COMPARED = 40;
const SAMPLES_MIN = 10;
const HOUR_SAMPLES_MIN = 10;
// If an hour of the week clearly differs from the rest, three weeks are enough to show it.
const DIFFERENT_HOUR_SAMPLES_MIN = 3;

/** A successful run: only those count for a baseline. */
export type DurationSample = { startedAt: Instant; durationMs: number };

/** How long the runs of a check usually take, either at any time or at one hour of the week on the check's clock. */
export type Baseline = {
  /** The median of the largest group of similar durations. */
  medianMs: number;
  /** How many of the newest runs it is based on: 10 to 40; of an hour of the week 3 to 40. */
  samples: number;
  of: "all" | "weekday-hour";
  /** A run shorter than `tooQuickMs` or longer than `overlongMs` is an outlier. */
  tooQuickMs: number;
  overlongMs: number;
};

export type BaselineInput = {
  /** Successful runs in any order; those from before `since` do not count. */
  samples: readonly DurationSample[];
  /** The start of the run to be compared. */
  at: Instant;
  timezone: string;
  /** When a person last reset the baseline; null: never. */
  since: Instant | null;
};

/** The baseline for a run that starts at `at`; null while fewer than ten runs are known. */
export function baselineOf({ samples, at, timezone, since }: BaselineInput): Baseline | null {
  const known = samples
    .filter(({ startedAt }) => startedAt < at && startedAt >= (since ?? -Infinity))
    .toSorted((one, other) => one.startedAt - other.startedAt);
  const hour = weekdayHour(at, timezone);
  const alike = known.filter(({ startedAt }) => weekdayHour(startedAt, timezone) === hour);
  return baselineAmong(durationsOf(known), durationsOf(alike));
}

/**
 * The baseline for an hour of the week, from the durations in ms of good runs at any hour and at that hour, oldest first. It
 * is that hour's own once ten of its runs are known, or three that differ from the rest; else that of all runs. Null while
 * fewer than ten runs are known.
 */
export function baselineAmong(anyHour: readonly number[], thisHour: readonly number[]): Baseline | null {
  const general = baselineOfDurations(anyHour);
  if (general === null || thisHour.length < DIFFERENT_HOUR_SAMPLES_MIN) return general;
  const hourly = limitsOf(thisHour, "weekday-hour");
  const differs = findOutlier(general, hourly.medianMs) !== null;
  return differs || thisHour.length >= HOUR_SAMPLES_MIN ? hourly : general;
}

function durationsOf(samples: readonly DurationSample[]): number[] {
  return samples.map(({ durationMs }) => durationMs);
}

export type OutlierDuration = {
  kind: "overlong" | "too-quick";
  /** The duration divided by the median. */
  times: number;
  /** "3.1 times its usual 4 min 10 s, the last 20 runs" */
  sentence: string;
};

/** How the duration of a run (so far, or in total) differs from the baseline; null if it is no outlier. */
export function findOutlier(baseline: Baseline, durationMs: number): OutlierDuration | null {
  const times = baseline.medianMs === 0 ? Infinity : durationMs / baseline.medianMs;
  const evidence = `its usual ${durationText(baseline.medianMs)}, the last ${baseline.samples} ${RUNS_TEXT[baseline.of]}`;
  if (durationMs > baseline.overlongMs)
    return { kind: "overlong", times, sentence: `${timesText(times)} ${evidence}` };
  if (durationMs < baseline.tooQuickMs)
    return { kind: "too-quick", times, sentence: `${durationText(durationMs)} instead of ${evidence}` };
  return null;
}

const RUNS_TEXT = { all: "runs", "weekday-hour": "runs at this hour of the week" } as const;

function timesText(times: number): string {
  return Number.isFinite(times) ? `${times.toFixed(1)} times` : "far more than";
}

/** The baseline from the durations of good runs, oldest first, in ms; null while fewer than ten are known. */
export function baselineOfDurations(durationsMs: readonly number[]): Baseline | null {
  return durationsMs.length < SAMPLES_MIN ? null : limitsOf(durationsMs, "all");
}

function limitsOf(durationsMs: readonly number[], of: Baseline["of"]): Baseline {
  const newest = durationsMs.slice(-RUNS_COMPARED);
  return { ...lengthLimits(newest), samples: newest.length, of };
}

/** The hour of the week on the zone's clock: 0 is Sunday's first, 167 Saturday's last. */
export function weekdayHour(at: Instant, timezone: string): number {
  const wall = timeZoneOf(timezone).wallOf(at);
  const dayNumber = Math.floor(wall / DAY_MS);
  return weekdayOf(dayNumber) * 24 + Math.floor((wall - dayNumber * DAY_MS) / HOUR_MS);
}

// Runs of an unknown job are assumed to vary by a factor of 1.35, with the weight of three runs.
const PRIOR_SPREAD = 0.3;
const PRIOR_WEIGHT = 3;
// If the spread were known exactly, one in a thousand typical runs would lie outside of the limits.
const NORMAL_QUANTILE = 3.29;
// Durations that lie this many spreads apart, and at least by a factor of two, belong to different groups.
const GAP_IN_SPREADS = 3;
const GAP_MIN = Math.LN2;
const GROUPS_MAX = 3;
const OVERLONG_TIMES_MIN = 1.5;
/** A start or end that arrives late changes the measured duration by as much, which matters for short runs. */
const PING_DELAY_MS = 3 * SECOND_MS;

/** The median, and the limits outside of which a run is an outlier, in whole milliseconds. */
type LengthLimits = { medianMs: number; tooQuickMs: number; overlongMs: number };

/** Logarithms of similar durations, ascending; never empty. */
type Group = readonly number[];

/**
 * The limits from the durations of good runs, at least one, in milliseconds.
 *
 * Run times vary by factors, so they are compared as logarithms. Many jobs have two kinds of run (a quick one that
 * finds nothing to do, a full backup each Sunday): durations that lie clearly apart form groups, each with a typical
 * duration, and only a run longer or shorter than every group is an outlier. The limits are those of a prediction interval
 * (Student's t), which is wide while few runs are known.
 */
function lengthLimits(durationsMs: readonly number[]): LengthLimits {
  const groups = groupLengths(durationsMs.map((ms) => Math.log(Math.max(1, ms))));
  const { spread, freedom } = pooledSpread(groups);
  const widest = studentQuantile(freedom) * spread;
  const marginOf = (group: Group) => widest * Math.sqrt(1 + 1 / group.length);
  const largest = groups.reduce((one, other) => (other.length > one.length ? other : one));
  const medianMs = Math.round(Math.exp(middleOf(largest)));
  // A single long run may be a second kind of run. A single quick one may be a backup that saved nothing, so it is left out.
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

/** Splits at the widest gap, repeatedly, as long as the gap is wide compared with the spread within the groups. */
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

/** How much the durations vary within their groups: the root mean square, including the prior. */
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

/** Student's t quantile for the probability of `NORMAL_QUANTILE`, by the Cornish–Fisher expansion. */
function studentQuantile(freedom: number): number {
  const z = NORMAL_QUANTILE;
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}
