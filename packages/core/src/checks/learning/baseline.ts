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

/** What is usual for a run that starts at `startedAt`, by what is remembered; null while too few runs are known. */
export function baselineFor({ settings, memory }: RememberedCheck, startedAt: Instant): Baseline | null {
  const ofHour = memory.hours === undefined ? undefined : find(memory.hours, hourOf(settings, startedAt));
  return baselineAmong(memory.durations, ofHour?.durations ?? []);
}

/** When a run that starts now will have become an outlier, where its limit does not come first. */
export function outlierDeadline(
  draft: Draft,
  run: { startedAt: Instant; deadlineAt: Instant },
): Instant | null {
  const { memory, settings } = draft;
  if (memory.outlierAfterMs === undefined || settings.outlierRuns === "allow") return null;
  const afterMs = memory.hours === undefined ? memory.outlierAfterMs : afterOfHour(draft, run.startedAt);
  const span = { from: run.startedAt, until: run.startedAt + afterMs };
  // What few runs that vary much allow may lie beyond all dates; outages and maintenance only put it off.
  if (span.until >= run.deadlineAt) return null;
  const at = postponeDeadline(span, settings, memory.outages);
  return at < run.deadlineAt ? at : null;
}

/** Longer than usual is more than the limit, so a whole millisecond more. */
function afterOfHour(draft: Draft, startedAt: Instant): number {
  const usual = baselineFor(draft, startedAt);
  return usual === null ? Infinity : usual.overlongMs + 1;
}

/**
 * Keeps the durations of an hour of the week once one of its runs was an outlier: those hours differ from the rest, and
 * all 168 would be too many to carry along. The hours heard from last stay.
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

/** An interval has no zone of its own: its weeks are those of UTC. */
function hourOf({ schedule }: CheckSettings, at: Instant): number {
  return weekdayHour(at, schedule.kind === "interval" ? "UTC" : schedule.timezone);
}
