import { DAY_MS, HOUR_MS, type Instant, SECOND_MS, timeZoneOf, weekdayOf } from "@overdue/schedules";
import { durationText } from "../text/duration-text.ts";
import { RUNS_COMPARED, SAMPLES_MIN, type Scale, usualLimits } from "./usual-limits.ts";

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
  const { median, low, high } = usualLimits(newest, DURATIONS);
  const limits = { medianMs: Math.round(median), tooQuickMs: Math.floor(low), overlongMs: Math.ceil(high) };
  return { ...limits, samples: newest.length, of };
}

/** The hour of the week on the zone's clock: 0 is Sunday's first, 167 Saturday's last. */
export function weekdayHour(at: Instant, timezone: string): number {
  const wall = timeZoneOf(timezone).wallOf(at);
  const dayNumber = Math.floor(wall / DAY_MS);
  return weekdayOf(dayNumber) * 24 + Math.floor((wall - dayNumber * DAY_MS) / HOUR_MS);
}

/** A start or end that arrives late changes the measured duration by as much, which matters for short runs. */
const PING_DELAY_MS = 3 * SECOND_MS;

const DURATIONS: Scale = {
  to: (ms) => Math.log(Math.max(1, ms)),
  from: Math.exp,
  lowShare: 0,
  highShare: 0.5,
  distance: PING_DELAY_MS,
};
