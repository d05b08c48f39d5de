import {
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  type Schedule,
  SECOND_MS,
  timeZoneOf,
  weekdayOf,
} from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { durationText } from "../../text/duration-text.ts";
import { medianOf } from "../statistics.ts";
import { evidenceFrom, type Finding } from "./finding.ts";
import { arrivalsPerSlot, gapsOf, type History } from "./history.ts";

const GAPS_MIN = 4;
const GAPS_SEEN = 30;
const SHARE_MIN = 0.8;
const NEAR = 0.1;
const TIMES_MIN = 1.8;

/** Runs that come regularly, but far more seldom or far more often than the schedule says. */
export function findWrongPeriod(settings: CheckSettings, history: History): Finding | null {
  const { schedule } = history;
  const arrivals = history.arrivals.slice(-GAPS_SEEN - 1);
  const gaps = gapsOf(arrivals);
  const gapMs = medianOf(gaps) ?? 0;
  const scheduledMs = periodOf(history);
  const agreeing = gaps.filter((gap) => Math.abs(gap - gapMs) <= NEAR * gapMs).length;
  if (gaps.length < GAPS_MIN || agreeing < SHARE_MIN * gaps.length || scheduledMs === null) return null;
  if (!disagree(settings, gapMs, scheduledMs)) return null;
  return {
    kind: "wrong-period",
    sentence: `The job comes every ${durationText(gapMs)}, ${agreeing} of ${gaps.length} times; its schedule says every ${durationText(scheduledMs)}.`,
    evidence: evidenceFrom(arrivals, { seen: gaps.length, agreeing, offsetMs: gapMs - scheduledMs }),
    edit: { schedule: scheduleOf(schedule, gapMs, arrivals) },
  };
}

function periodOf({ schedule, slots }: History): number | null {
  return schedule.kind === "interval" ? schedule.everySeconds * SECOND_MS : medianOf(gapsOf(slots));
}

/** More often than an interval asks for is fine; more seldom is, within the grace. */
function disagree(settings: CheckSettings, gapMs: number, scheduledMs: number): boolean {
  const allowedMs = scheduledMs + (settings.graceSeconds + settings.jitterSeconds) * SECOND_MS;
  if (gapMs >= TIMES_MIN * scheduledMs) return gapMs > allowedMs;
  return settings.schedule.kind !== "interval" && gapMs * TIMES_MIN <= scheduledMs;
}

/** Days and weeks as cron, by the time of day that was usual; anything else as an interval. */
function scheduleOf(schedule: Schedule, gapMs: number, arrivals: readonly Instant[]): Schedule {
  const days = Math.round(gapMs / DAY_MS);
  const isDays = Math.abs(gapMs - days * DAY_MS) <= HOUR_MS && (days === 1 || days === 7);
  if (schedule.kind === "interval" || !isDays)
    return { kind: "interval", everySeconds: Math.max(60, Math.round(gapMs / MINUTE_MS) * 60) };
  const { timezone } = schedule;
  const walls = arrivals.map((at) => timeZoneOf(timezone).wallOf(at));
  const minuteOfDay = Math.floor((medianOf(walls.map((wall) => wall % DAY_MS)) ?? 0) / MINUTE_MS);
  const weekday = days === 7 ? weekdayOf(Math.floor((walls.at(-1) ?? 0) / DAY_MS)) : "*";
  const expression = `${minuteOfDay % 60} ${Math.floor(minuteOfDay / 60)} * * ${weekday}`;
  return { ...schedule, kind: "cron", expression };
}

const SLOTS_MIN = 7;
const CROWDED_SHARE_MIN = 0.8;
const RUNS_PER_SLOT_MIN = 1.5;

/** Several runs in almost every slot: two schedulers alive, or a schedule that is not the job's. */
export function findSeveralPerSlot(history: History): Finding | null {
  const { schedule } = history;
  const counts =
    schedule.kind === "interval"
      ? crowdsOf(history, schedule.everySeconds * SECOND_MS)
      : arrivalsPerSlot(history);
  const crowded = counts.filter((count) => count > 1).length;
  if (counts.length < SLOTS_MIN || crowded < CROWDED_SHARE_MIN * counts.length) return null;
  // A long run may end in the next slot: then that has two, and its own has none.
  if (history.arrivals.length < RUNS_PER_SLOT_MIN * history.slots.length) return null;
  return {
    kind: "several-per-slot",
    sentence: `The job came more than once in ${crowded} of ${counts.length} slots: is it scheduled twice, or on two hosts?`,
    evidence: evidenceFrom(history.arrivals, { seen: counts.length, agreeing: crowded, offsetMs: null }),
    edit: { hostDuplicates: "note", overlap: "note" },
  };
}

/** Runs of an interval that come together, with about an interval between one crowd and the next. */
function crowdsOf({ arrivals }: History, everyMs: number): number[] {
  const counts = [1];
  for (const gap of gapsOf(arrivals)) {
    if (gap < everyMs / 4) counts.push((counts.pop() ?? 0) + 1);
    else if (gap < everyMs / 2) return [];
    else counts.push(1);
  }
  return counts;
}
