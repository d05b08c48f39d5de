/** Rule 38: the baseline of an hour, and when a run becomes an outlier. */

import type { Instant } from "@overdue/schedules";
import { type Baseline, baselineAmong, weekdayHour } from "../../learning/durations.ts";
import { postponeDeadline } from "../deadlines/postpone-deadlines.ts";
import type { Draft } from "../draft.ts";
import type { CheckSettings } from "../settings.ts";
import type { HourDurations, Memory } from "../memory.ts";

const HOURS_MAX = 6;
const DURATIONS_MAX = 20;

type RememberedCheck = { settings: CheckSettings; memory: Memory };
type TimedRun = { startedAt: Instant; durationMs: number };

/** The baseline for a run that starts at `startedAt`, from the remembered durations; null while too few are known. */
export function baselineFor({ settings, memory }: RememberedCheck, startedAt: Instant): Baseline | null {
  const ofHour = memory.hours === undefined ? undefined : find(memory.hours, hourOf(settings, startedAt));
  return baselineAmong(memory.durations, ofHour?.durations ?? []);
}

/** When a run that starts now becomes an outlier; null if its limit passes first or nothing is known. */
export function outlierDeadline(
  draft: Draft,
  run: { startedAt: Instant; deadlineAt: Instant },
): Instant | null {
  const { memory, settings } = draft;
  if (memory.outlierAfterMs === undefined || settings.outlierRuns === "allow") return null;
  const afterMs = memory.hours === undefined ? memory.outlierAfterMs : hourlyOutlierMs(draft, run.startedAt);
  const span = { from: run.startedAt, until: run.startedAt + afterMs };
  // A few durations that vary widely allow a limit beyond all valid dates. Postponing would only move it further.
  if (span.until >= run.deadlineAt) return null;
  const at = postponeDeadline(span, settings, memory.outages);
  return at < run.deadlineAt ? at : null;
}

/** An outlier is longer than the limit, hence the further millisecond. */
function hourlyOutlierMs(draft: Draft, startedAt: Instant): number {
  const baseline = baselineFor(draft, startedAt);
  return baseline === null ? Infinity : baseline.overlongMs + 1;
}

/**
 * Keeps the durations of an hour of the week once one of its runs was an outlier: only those hours differ from the rest,
 * and all 168 would be too many to store. The hours with the most recent runs are kept.
 */
export function rememberHour(
  { settings, memory }: RememberedCheck,
  { startedAt, durationMs }: TimedRun,
  isOutlier: boolean,
): void {
  const { hours = [] } = memory;
  if (!isOutlier && hours.length === 0) return;
  const hour = hourOf(settings, startedAt);
  const known = find(hours, hour);
  if (!isOutlier && known === undefined) return;
  const durations = [...(known?.durations ?? []), durationMs].slice(-DURATIONS_MAX);
  const others = hours.filter((one) => one !== known);
  memory.hours = [...others, { hour, durations }].slice(-HOURS_MAX);
}

function find(hours: readonly HourDurations[], hour: number): HourDurations | undefined {
  return hours.find((one) => one.hour === hour);
}

/** The hour of the week on the check's clock, 0 … 167. An interval has no time zone, so UTC is used. */
function hourOf({ schedule }: CheckSettings, at: Instant): number {
  return weekdayHour(at, schedule.kind === "interval" ? "UTC" : schedule.timezone);
}
