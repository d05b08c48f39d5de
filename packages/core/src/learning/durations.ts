import { timeZoneOf } from "../schedules/timezones/timezones.ts";
import { weekdayOf } from "../schedules/civil.ts";
import { DAY_MS, HOUR_MS, type Instant, SECOND_MS } from "../time.ts";
import { spanInWords } from "./span.ts";
import { deviationOf, medianOf } from "./statistics.ts";

const SAMPLES_MIN = 10;
const SAMPLES_MAX = 20;
// A median absolute deviation of 1 is a standard deviation of about 1.5 where runs vary in the usual way.
const DEVIATIONS_PER_MAD = 1.4826;
const DEVIATIONS = 6;
const SPREAD_SHARE_MIN = 0.1;
const OVERLONG_TIMES_MIN = 1.5;

/** A successful run: only those teach what is usual. */
export type DurationSample = { startedAt: Instant; durationMs: number };

/** What is usual for a check, or for it on one weekday at one hour of its own time zone. */
export type Baseline = {
  medianMs: number;
  deviationMs: number;
  /** How many runs it stands on: 10 to 20, the newest. */
  samples: number;
  of: "all" | "weekday-hour";
  /** A run outside of these is unusual. */
  tooQuickMs: number;
  overlongMs: number;
};

export type BaselineQuestion = {
  /** Successful runs in any order; those from before `normalFrom` do not count. */
  samples: readonly DurationSample[];
  /** The start of the run to be compared. */
  at: Instant;
  timezone: string;
  /** When a person last said "this is normal now". */
  normalFrom: Instant | null;
};

/** What is usual for a run that starts at `at`; null while fewer than ten runs are known. */
export function baselineOf({ samples, at, timezone, normalFrom }: BaselineQuestion): Baseline | null {
  const known = samples
    .filter(({ startedAt }) => startedAt < at && startedAt >= (normalFrom ?? -Infinity))
    .toSorted((one, other) => one.startedAt - other.startedAt);
  const hour = weekdayHour(at, timezone);
  const alike = known.filter(({ startedAt }) => weekdayHour(startedAt, timezone) === hour);
  if (alike.length >= SAMPLES_MIN) return baseline(alike, "weekday-hour");
  return known.length >= SAMPLES_MIN ? baseline(known, "all") : null;
}

export type UnusualDuration = {
  kind: "overlong" | "too-quick";
  /** How many times the usual it took. */
  times: number;
  /** "3.1 times its usual 4 min 10 s, the last 20 runs" */
  sentence: string;
};

/** What is unusual about how long a run took, or has taken up to now; null if nothing is. */
export function unusualDuration(usual: Baseline, durationMs: number): UnusualDuration | null {
  const times = usual.medianMs === 0 ? Infinity : durationMs / usual.medianMs;
  const evidence = `its usual ${spanInWords(usual.medianMs)}, the last ${usual.samples} ${RUNS[usual.of]}`;
  if (durationMs > usual.overlongMs)
    return { kind: "overlong", times, sentence: `${inTimes(times)} ${evidence}` };
  if (durationMs < usual.tooQuickMs)
    return { kind: "too-quick", times, sentence: `${spanInWords(durationMs)} instead of ${evidence}` };
  return null;
}

const RUNS = { all: "runs", "weekday-hour": "runs at this hour of the week" } as const;

function inTimes(times: number): string {
  return Number.isFinite(times) ? `${times.toFixed(1)} times` : "far more than";
}

/** What is usual by the durations of the last good runs alone; null while fewer than ten are known. */
export function usualOf(durationsMs: readonly number[], of: Baseline["of"]): Baseline | null {
  return durationsMs.length < SAMPLES_MIN ? null : baselineFrom(durationsMs.slice(-SAMPLES_MAX), of);
}

function baseline(samples: readonly DurationSample[], of: Baseline["of"]): Baseline {
  const newest = samples.slice(-SAMPLES_MAX);
  return baselineFrom(
    newest.map(({ durationMs }) => durationMs),
    of,
  );
}

/** What one of these runs did itself is never unusual: a long run each Sunday is none. */
function baselineFrom(durations: readonly number[], of: Baseline["of"]): Baseline {
  const medianMs = medianOf(durations) ?? 0;
  const deviationMs = deviationOf(durations, medianMs);
  // Runs that always take the same time to the second would else be unusual a second later.
  const spreadMs = Math.max(DEVIATIONS_PER_MAD * deviationMs, SPREAD_SHARE_MIN * medianMs, SECOND_MS);
  return {
    medianMs,
    deviationMs,
    samples: durations.length,
    of,
    tooQuickMs: Math.min(medianMs - DEVIATIONS * spreadMs, ...durations),
    overlongMs: Math.max(medianMs + DEVIATIONS * spreadMs, OVERLONG_TIMES_MIN * medianMs, ...durations),
  };
}

/** One of the 168 hours of a week, on the zone's clock. */
export function weekdayHour(at: Instant, timezone: string): number {
  const wall = timeZoneOf(timezone).wallOf(at);
  const dayNumber = Math.floor(wall / DAY_MS);
  return weekdayOf(dayNumber) * 24 + Math.floor((wall - dayNumber * DAY_MS) / HOUR_MS);
}
