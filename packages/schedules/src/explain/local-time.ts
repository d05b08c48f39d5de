import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Instant } from "../time.ts";
import { civilDateOf, WEEKDAY_NAMES, weekdayOf } from "../civil.ts";
import type { TimeZone, WallTime } from "../timezones/time-zone.ts";

/** `local`: for example "Sun 2026-03-29 04:00 (UTC+3)". */
export type Occurrence = { at: Instant; local: string };

/** "Sun 2026-03-29 04:00 (UTC+3)", with seconds only if they are not 0. */
export function localText(instant: Instant, zone: TimeZone): string {
  return `${wallText(zone.wallOf(instant))} (UTC${offsetText(zone.offsetAt(instant))})`;
}

/** "Sun 2026-03-29 04:00" */
export function wallText(wall: WallTime): string {
  return `${dateText(wall)} ${clockText(wall)}`;
}

/** "Sun 2026-03-29" */
export function dateText(wall: WallTime): string {
  const dayNumber = Math.floor(wall / DAY_MS);
  const { year, month, day } = civilDateOf(dayNumber);
  const weekday = WEEKDAY_NAMES[(weekdayOf(dayNumber) + 6) % 7] ?? "";
  return `${weekday.slice(0, 3)} ${year}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** "04:00", or "04:00:30" */
export function clockText(wall: WallTime): string {
  const ofDay = wall - Math.floor(wall / DAY_MS) * DAY_MS;
  const seconds = Math.floor((ofDay % MINUTE_MS) / SECOND_MS);
  const minutes = `${twoDigits(Math.floor(ofDay / HOUR_MS))}:${twoDigits(Math.floor((ofDay % HOUR_MS) / MINUTE_MS))}`;
  return seconds === 0 ? minutes : `${minutes}:${twoDigits(seconds)}`;
}

function offsetText(offset: number): string {
  const size = Math.abs(offset);
  const minutes = Math.floor((size % HOUR_MS) / MINUTE_MS);
  if (size === 0) return "";
  return `${offset < 0 ? "-" : "+"}${Math.floor(size / HOUR_MS)}${minutes === 0 ? "" : `:${twoDigits(minutes)}`}`;
}

/** `7` as "07". */
export function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
