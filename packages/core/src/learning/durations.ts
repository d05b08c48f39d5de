import { DAY_MS, HOUR_MS, type Instant, timeZoneOf, weekdayOf } from "@overdue/schedules";
import { durationText } from "../text/duration-text.ts";
import { lengthLimits } from "./length-limits.ts";

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
