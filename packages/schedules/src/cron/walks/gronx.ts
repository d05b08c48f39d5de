import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { goDate } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const ROUNDS_MAX = 500;

/** gronx puts each step back on the start of its hour or minute by the clock, and so leaves a pass of a repeat out. */
export function gronxWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  let time = new ZonedTime(after, zone, goDate);
  const start = time.wall;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const bumped = bump(cron, time);
    if (bumped !== null) time = bumped;
    else if (time.wall === start) time = time.plus(SECOND_MS);
    else return time.instant;
  }
  return null;
}

/** The time with its first field that does not fit moved on until it fits; null where all fit. */
function bump(cron: Cron, time: ZonedTime): ZonedTime | null {
  const { minutes, hours, months, seconds } = cron;
  const fits: readonly {
    isDue: (at: ZonedTime) => boolean;
    step: (at: ZonedTime) => ZonedTime;
    max: number;
  }[] = [
    { isDue: (at) => at.isDayOf(cron), step: nextDay, max: 366 },
    { isDue: (at) => months[at.date.month] === 1, step: (at) => at.startOfMonth().plusMonths(1), max: 12 },
    { isDue: (at) => hours[at.hour] === 1, step: (at) => nextUnit(at, "hour"), max: 24 },
    { isDue: (at) => minutes[at.minute] === 1, step: (at) => nextUnit(at, "minute"), max: 60 },
    { isDue: (at) => seconds[at.second] === 1, step: (at) => at.plus(SECOND_MS), max: 60 },
  ];
  const late = fits.find(({ isDue }) => !isDue(time));
  if (late === undefined) return null;
  let at = time;
  for (let count = 0; count < late.max && !late.isDue(at); count++) at = late.step(at);
  return at;
}

function nextDay(time: ZonedTime): ZonedTime {
  return time.plusDays(1).startOf("day");
}

function nextUnit(time: ZonedTime, unit: "hour" | "minute"): ZonedTime {
  const next = time.plus(unit === "hour" ? HOUR_MS : MINUTE_MS).startOf(unit);
  return next.instant > time.instant ? next : next.plus(HOUR_MS);
}
