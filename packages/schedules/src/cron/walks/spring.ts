import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";
import { javaLocal } from "../instants.ts";
import { ZonedTime } from "./zoned-time.ts";

const ROUNDS_MAX = 366;

type Lower = "hour" | "minute" | "second";
type Field = {
  unit: "hour" | "minute" | "second";
  size: number;
  values: Uint8Array;
  of: (time: ZonedTime) => number;
  lower: readonly Lower[];
};

/** Spring moves field by field, by the clock within a field and by elapsed time past its end, and repeats that until all fit. */
export function springWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const fields: readonly Field[] = [
    { unit: "hour", size: HOUR_MS, values: cron.hours, of: (time) => time.hour, lower: ["minute", "second"] },
    { unit: "minute", size: MINUTE_MS, values: cron.minutes, of: (time) => time.minute, lower: ["second"] },
    { unit: "second", size: SECOND_MS, values: cron.seconds, of: (time) => time.second, lower: [] },
  ];
  let time = new ZonedTime(after + SECOND_MS, zone, javaLocal);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const start = time.instant;
    time = toDay(cron, time);
    for (const field of fields) time = nextOrSame(field, time);
    if (time.instant === start) return start;
  }
  return null;
}

function toDay(cron: Cron, from: ZonedTime): ZonedTime {
  let time = from;
  for (let day = 0; day < ROUNDS_MAX && !isDay(cron, time); day++) time = time.plusDays(1);
  return time === from
    ? from
    : (["hour", "minute", "second"] as const).reduce((at, unit) => at.with(unit, 0), time);
}

function isDay(cron: Cron, time: ZonedTime): boolean {
  return cron.months[time.date.month] === 1 && time.isDayOf(cron);
}

function nextOrSame(field: Field, from: ZonedTime): ZonedTime {
  const { values, of, unit, size, lower } = field;
  let time = from;
  let next = values.indexOf(1, of(time));
  if (next === of(time)) return time;
  for (let round = 0; round < ROUNDS_MAX && of(time) !== next; round++) {
    if (next < 0) time = rollForward(field, time);
    else time = of(time) < next ? time.with(unit, next) : time.plus((next - of(time) + values.length) * size);
    next = values.indexOf(1, of(time));
  }
  return lower.reduce((at, each) => at.with(each, 0), time);
}

function rollForward({ unit, size }: Field, time: ZonedTime): ZonedTime {
  const next = size === HOUR_MS ? time.plusDays(1) : time.plus(size === MINUTE_MS ? HOUR_MS : MINUTE_MS);
  return next.with(unit, 0);
}
