import { type CalendarSchedule, HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { medianOf } from "../statistics.ts";
import { type History, slotsAround } from "./history.ts";

/** How well the times of a schedule explain when runs came. */
export type Fit = {
  schedule: CalendarSchedule;
  /** For each arrival whether one of the times explains it. */
  explained: readonly boolean[];
  /** How many arrivals no time explains, and how many times have no arrival. */
  unexplained: number;
  missed: number;
  slots: number;
  /** How long after its time a run usually comes, and how much that varies (the median of the distances from it). */
  delayMs: number;
  spreadMs: number;
  window: Window;
};

/** What another schedule is compared with: the check's settings, its runs, and the fit of its own schedule. */
export type Comparison = { settings: CheckSettings; history: History; own: Fit };

/** How far from a time an arrival may lie to be explained by it. */
type Window = { earlyMs: number; lateMs: number };

const OWN_MARGIN_MS = 5 * MINUTE_MS;
// A run that comes this near to the end of its grace may as well come after it.
const OWN_SHARE = 0.95;
const CLOCK_ERROR_MS = 90 * SECOND_MS;
const LATE_MS = 15 * MINUTE_MS;

/** How long after its time a run may come; only then is it late. */
function allowedMs({ graceSeconds, jitterSeconds }: CheckSettings): number {
  return (graceSeconds + jitterSeconds) * SECOND_MS;
}

/** The fit of a check's own schedule, in which a run that is no later than it may be disagrees with nothing. */
export function ownFit(settings: CheckSettings, history: History, schedule: CalendarSchedule): Fit {
  return fitIn(history.arrivals, { schedule, slots: history.slots }, () => ({
    earlyMs: Math.max(OWN_MARGIN_MS, settings.earlyMarginSeconds * SECOND_MS),
    lateMs: Math.max(OWN_MARGIN_MS, OWN_SHARE * allowedMs(settings)),
  }));
}

/** The fit of another schedule, which has to explain the runs better: all by about the same delay. */
export function otherFit(arrivals: readonly Instant[], schedule: CalendarSchedule): Fit {
  const slots = slotsAround(schedule, arrivals);
  return fitIn(arrivals, { schedule, slots }, (delayMs) => ({
    earlyMs: CLOCK_ERROR_MS,
    lateMs: Math.max(delayMs, 0) + Math.max(LATE_MS, delayMs),
  }));
}

/** Arrivals without a time and times without an arrival. */
export function errorsOf({ unexplained, missed }: Fit): number {
  return unexplained + missed;
}

const DELAY_MAX_MS = 20 * MINUTE_MS;
// A run that is this late by its own schedule may simply take as long.
const RUN_TIME_MAX_MS = 4 * HOUR_MS;
/** With fewer runs nothing is said of a schedule. */
export const RUNS_MIN = 6;
/** Another schedule has to save at least so many errors, and at least this share of the runs. */
const ERRORS_MIN = 6;
const SHARE_MIN = 0.12;
/** It has to explain at least so many runs more than the check's own. */
const UNEXPLAINED_MIN = 3;
/** At least this share of its times has a run, and at most this share of the runs stays unexplained. */
const COVERED_MIN = 0.5;
const UNEXPLAINED_MAX = 0.3;

/** Whether so much is wrong with this fit that another one may be looked for. */
export function isPoor(own: Fit): boolean {
  const runs = own.explained.length;
  return runs >= RUNS_MIN && own.unexplained >= UNEXPLAINED_MIN && errorsOf(own) >= fewestErrors(runs);
}

/** Whether a fit explains almost all, far more than the check's own does, and by a delay that is one. */
export function isBetter(fit: Fit, { settings, history, own }: Comparison): boolean {
  const runs = own.explained.length;
  return (
    isPlausibleDelay(settings, fit, own) &&
    errorsOf(own) - errorsOf(fit) >= fewestErrors(runs) &&
    own.unexplained - fit.unexplained >= UNEXPLAINED_MIN &&
    fit.unexplained <= UNEXPLAINED_MAX * runs &&
    fit.slots - fit.missed >= COVERED_MIN * fit.slots &&
    // Not because it is allowed to be late by more.
    errorsOf(fitIn(history.arrivals, { ...own, slots: history.slots }, () => fit.window)) - errorsOf(fit) >=
      fewestErrors(runs)
  );
}

/**
 * Whether runs may come this long after the times of another schedule. Where they come by about the same delay after the
 * times of their own, long runs are the likelier reason, so no other schedule is proposed.
 */
function isPlausibleDelay(settings: CheckSettings, { delayMs }: Fit, own: Fit): boolean {
  if (delayMs <= DELAY_MAX_MS + settings.jitterSeconds * SECOND_MS) return true;
  const isLongRun = own.delayMs > 0 && own.delayMs <= RUN_TIME_MAX_MS;
  return !isLongRun && delayMs <= allowedMs(settings);
}

function fewestErrors(runs: number): number {
  return Math.max(ERRORS_MIN, SHARE_MIN * runs);
}

type Times = { schedule: CalendarSchedule; slots: readonly Instant[] };

function fitIn(arrivals: readonly Instant[], times: Times, windowOf: (delayMs: number) => Window): Fit {
  const { earlyMs } = windowOf(0);
  const nearest = latestSlots(arrivals, times.slots, earlyMs);
  const delays = nearest.flatMap((slot, index) => (slot === null ? [] : [(arrivals[index] ?? 0) - slot]));
  const delayMs = medianOf(delays) ?? 0;
  const window = windowOf(delayMs);
  const explained = nearest.map(
    (slot, index) => slot !== null && (arrivals[index] ?? 0) - slot <= window.lateMs,
  );
  const hit = new Set(nearest.filter((_, index) => explained[index]));
  const [first = 0, last = 0] = [arrivals[0], arrivals.at(-1)];
  const counted = times.slots.filter((slot) => slot >= first - delayMs - CLOCK_ERROR_MS && slot <= last);
  return {
    schedule: times.schedule,
    explained,
    unexplained: explained.filter((isExplained) => !isExplained).length,
    missed: counted.filter((slot) => !hit.has(slot)).length,
    slots: counted.length,
    delayMs,
    spreadMs: medianOf(delays.map((delay) => Math.abs(delay - delayMs))) ?? 0,
    window,
  };
}

/** For each arrival the latest slot that is at most `earlyMs` after it; null where there is none. */
function latestSlots(
  arrivals: readonly Instant[],
  slots: readonly Instant[],
  earlyMs: number,
): (Instant | null)[] {
  let index = -1;
  return arrivals.map((at) => {
    while ((slots[index + 1] ?? Infinity) <= at + earlyMs) index += 1;
    return slots[index] ?? null;
  });
}
