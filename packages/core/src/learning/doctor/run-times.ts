import { type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { durationText } from "../../text/duration-text.ts";
import { medianOf } from "../statistics.ts";
import { evidenceFrom, type Finding } from "./finding.ts";
import { type History, offsetsOf, type SeenRun } from "./history.ts";

const RUNS_MIN = 10;
const RUNS_SEEN = 30;
const ROUND_SECONDS = 300;
const SECONDS_MAX = 31_536_000;
const STEADY_SHARE_MIN = 0.9;

/** Runs that start in time and end after the grace, or ends that are late by the same time each run. */
export function findLateByRunTime(
  settings: CheckSettings,
  history: History,
  runs: readonly SeenRun[],
): Finding | null {
  if (settings.maxRuntimeSeconds !== null) return null;
  const timed = runs
    .flatMap(timedRun)
    .toSorted((one, other) => one.startedAt - other.startedAt)
    .slice(-RUNS_SEEN);
  return timed.length >= RUNS_MIN ? findLong(settings, timed) : findLateEnds(settings, history);
}

type TimedRun = { startedAt: Instant; durationMs: number };

function findLong(settings: CheckSettings, timed: readonly TimedRun[]): Finding | null {
  const long = timed.filter(({ durationMs }) => durationMs > settings.graceSeconds * SECOND_MS);
  if (long.length * 2 < timed.length) return null;
  const medianMs = medianOf(timed.map(({ durationMs }) => durationMs)) ?? 0;
  const longestMs = Math.max(...timed.map(({ durationMs }) => durationMs));
  return {
    kind: "late-by-run-time",
    sentence: `The job usually runs for ${durationText(medianMs)}, longer than its grace of ${durationText(settings.graceSeconds * SECOND_MS)} allows in ${long.length} of ${timed.length} runs: give its run time a limit of its own.`,
    evidence: evidenceFrom(
      timed.map(({ startedAt }) => startedAt),
      { seen: timed.length, agreeing: long.length, offsetMs: medianMs },
    ),
    edit: { maxRuntimeSeconds: roundUp(2 * longestMs) },
  };
}

/** Without start pings a late end looks like a late run: the same each time, it is how long the job runs. */
function findLateEnds(settings: CheckSettings, history: History): Finding | null {
  const offsets = offsetsOf(history).slice(-RUNS_SEEN);
  const allowedMs = (settings.graceSeconds + settings.jitterSeconds) * SECOND_MS;
  const offsetMs = medianOf(offsets.map((offset) => offset.offsetMs)) ?? 0;
  const spreadMs = Math.max(15 * MINUTE_MS, offsetMs / 3);
  const steady = offsets.filter((offset) => Math.abs(offset.offsetMs - offsetMs) <= spreadMs);
  if (offsets.length < RUNS_MIN || offsetMs <= allowedMs || steady.length < STEADY_SHARE_MIN * offsets.length)
    return null;
  const latestMs = Math.max(...steady.map((offset) => offset.offsetMs));
  return {
    kind: "late-by-run-time",
    sentence: `The job's end comes about ${durationText(Math.abs(offsetMs))} after its time, ${steady.length} of ${offsets.length} times, probably as long as it runs: send a start ping too, or allow more grace.`,
    evidence: evidenceFrom(
      offsets.map(({ at }) => at),
      { seen: offsets.length, agreeing: steady.length, offsetMs },
    ),
    edit: { graceSeconds: roundUp(1.25 * latestMs) },
  };
}

function timedRun({ startedAt, endedAt }: SeenRun): TimedRun[] {
  return startedAt === null || endedAt === null ? [] : [{ startedAt, durationMs: endedAt - startedAt }];
}

function roundUp(ms: number): number {
  return Math.min(SECONDS_MAX, Math.ceil(ms / SECOND_MS / ROUND_SECONDS) * ROUND_SECONDS);
}
