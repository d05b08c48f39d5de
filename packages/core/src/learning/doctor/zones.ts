import {
  type CalendarSchedule,
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  nextAfter,
  type Schedule,
  SECOND_MS,
  timeZoneOf,
} from "@overdue/schedules";
import type { CheckSettings } from "../../checks/settings.ts";
import { durationText } from "../../text/duration-text.ts";
import { medianOf, shareOf } from "../statistics.ts";
import { evidenceFrom, type Finding } from "./finding.ts";
import { gapsOf, type History, offsetsOf } from "./history.ts";

const RUNS_MIN = 7;
const SHARE_MIN = 0.9;
const NEAR_MS = 15 * MINUTE_MS;
const HOURS_MAX = 14;
const GAP_MS_MIN = 3 * HOUR_MS;
const EACH_SIDE_MIN = 4;

/** Where hosts usually stand; the first that fits is proposed. */
const USUAL_ZONES: readonly string[] =
  "UTC Europe/London Europe/Berlin Europe/Kyiv Europe/Istanbul Asia/Dubai Asia/Karachi Asia/Kolkata Asia/Dhaka Asia/Bangkok Asia/Shanghai Asia/Tokyo Australia/Brisbane Australia/Sydney Pacific/Auckland America/Sao_Paulo America/Halifax America/New_York America/Chicago America/Denver America/Phoenix America/Los_Angeles America/Anchorage Pacific/Honolulu".split(
    " ",
  );

type Offset = { at: Instant; offsetMs: number };

/** Runs that are whole hours off, all the time or since a clock change: the host lives in another time zone. */
export function findWrongZone(settings: CheckSettings, history: History): Finding | null {
  const { schedule } = history;
  if (schedule.kind === "interval" || (medianOf(gapsOf(history.slots)) ?? 0) < GAP_MS_MIN) return null;
  const offsets = offsetsOf(history).slice(-60);
  if (offsets.length < RUNS_MIN) return null;
  const zone = zoneThatFits(schedule, offsets);
  return (
    findShift(settings, { schedule, offsets, zone }) ?? findOffset(settings, { schedule, offsets, zone })
  );
}

type Question = {
  schedule: CalendarSchedule;
  offsets: readonly Offset[];
  zone: string | null;
};

function findOffset(settings: CheckSettings, { schedule, offsets, zone }: Question): Finding | null {
  const offsetMs = wholeHours(medianOf(offsets.map((offset) => offset.offsetMs)) ?? 0);
  if (offsetMs === 0 || Math.abs(offsetMs) > HOURS_MAX * HOUR_MS || isAllowed(settings, offsetMs))
    return null;
  const agreeing = offsets.filter((offset) => isNear(offset.offsetMs, offsetMs));
  if (agreeing.length < SHARE_MIN * offsets.length) return null;
  const how = `${durationText(Math.abs(offsetMs))} ${offsetMs > 0 ? "after" : "before"} its time in ${schedule.timezone}`;
  return {
    kind: "wrong-time-zone",
    sentence: `The job comes ${how}, ${agreeing.length} of ${offsets.length} times: ${advice(zone)}`,
    evidence: evidenceFrom(instantsOf(offsets), {
      seen: offsets.length,
      agreeing: agreeing.length,
      offsetMs,
    }),
    edit: zone === null ? null : { schedule: { ...schedule, timezone: zone } },
  };
}

/** On time on one side of a clock change, an hour off on the other. */
function findShift(settings: CheckSettings, { schedule, offsets, zone }: Question): Finding | null {
  const shifted = offsets.filter(({ offsetMs }) => Math.abs(wholeHours(offsetMs)) === HOUR_MS);
  const offsetMs = wholeHours(medianOf(shifted.map((offset) => offset.offsetMs)) ?? 0);
  const isOff = (offset: Offset) => isNear(offset.offsetMs, offsetMs);
  const isOn = (offset: Offset) => isNear(offset.offsetMs, 0);
  const counted = offsets.filter((offset) => isOff(offset) || isOn(offset));
  if (counted.length < SHARE_MIN * offsets.length || offsetMs === 0 || isAllowed(settings, offsetMs))
    return null;
  const turn = turnOf(counted, isOff);
  if (turn === null || !isAtClockChange([schedule.timezone, ...USUAL_ZONES], turn)) return null;
  const agreeing = counted.filter(isOff).length;
  return {
    kind: "clock-change",
    sentence: `Since or until a clock change the job comes ${durationText(Math.abs(offsetMs))} ${offsetMs > 0 ? "late" : "early"}: its clock and the schedule's (${schedule.timezone}) do not change together; ${advice(zone)}`,
    evidence: evidenceFrom(instantsOf(offsets), { seen: offsets.length, agreeing, offsetMs }),
    edit: zone === null ? null : { schedule: { ...schedule, timezone: zone } },
  };
}

/** The one place where being off begins or ends; null if there is none, or more than one. */
function turnOf(offsets: readonly Offset[], isOff: (offset: Offset) => boolean): [Instant, Instant] | null {
  const turns = offsets.flatMap((offset, index): [Instant, Instant, number][] => {
    const before = offsets[index - 1];
    return before === undefined || isOff(before) === isOff(offset) ? [] : [[before.at, offset.at, index]];
  });
  const [turn] = turns;
  if (turn === undefined || turns.length > 1) return null;
  const [from, until, index] = turn;
  return Math.min(index, offsets.length - index) < EACH_SIDE_MIN ? null : [from, until];
}

function isAtClockChange(timezones: readonly string[], [from, until]: [Instant, Instant]): boolean {
  return timezones.some((name) => timeZoneOf(name).nextChange(from - DAY_MS, until + DAY_MS) !== null);
}

/** The first of the usual zones in which the schedule fits what was seen, and fits it better than its own. */
function zoneThatFits(schedule: CalendarSchedule, offsets: readonly Offset[]): string | null {
  const fits = (timezone: string) => {
    const moved = { ...schedule, timezone };
    return shareOf(offsets, ({ at }) => isSlotNear(moved, at)) >= SHARE_MIN;
  };
  if (fits(schedule.timezone)) return null;
  return USUAL_ZONES.find((timezone) => timezone !== schedule.timezone && fits(timezone)) ?? null;
}

function isSlotNear(schedule: Schedule, at: Instant): boolean {
  const slot = nextAfter(schedule, at - NEAR_MS - 1);
  return slot !== null && slot <= at + NEAR_MS;
}

/** A run that is no later than it may be disagrees with nothing. */
function isAllowed(
  { graceSeconds, jitterSeconds, earlyMarginSeconds }: CheckSettings,
  offsetMs: number,
): boolean {
  return offsetMs > 0
    ? offsetMs <= (graceSeconds + jitterSeconds) * SECOND_MS
    : -offsetMs <= earlyMarginSeconds * SECOND_MS;
}

/** The hours that this offset is near to, in milliseconds; 0 if it is near to none. */
function wholeHours(offsetMs: number): number {
  const hours = Math.round(offsetMs / HOUR_MS) * HOUR_MS;
  return isNear(offsetMs, hours) ? hours : 0;
}

function isNear(offsetMs: number, otherMs: number): boolean {
  return Math.abs(offsetMs - otherMs) <= NEAR_MS;
}

function instantsOf(offsets: readonly Offset[]): Instant[] {
  return offsets.map(({ at }) => at);
}

function advice(zone: string | null): string {
  return zone === null ? "its host seems to be in another time zone." : `its host seems to be in ${zone}.`;
}
