import { nextOfOnCalendar } from "../../oncalendar/next.ts";
import { type OnCalendar, parseOnCalendar } from "../../oncalendar/parse.ts";
import type { Instant } from "../../time.ts";
import type { TimeZone } from "../../timezones/time-zone.ts";
import type { Cron } from "../cron.ts";

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const calendars = new WeakMap<Cron, OnCalendar>();

/** systemd-cron writes a line as an OnCalendar line, which systemd then reckons. */
export function systemdCronWalk(cron: Cron, zone: TimeZone, after: Instant): Instant | null {
  const calendar = calendars.get(cron) ?? calendarOf(cron);
  calendars.set(cron, calendar);
  return nextOfOnCalendar(calendar, zone, after);
}

function calendarOf({ months, days, weekdays, hours, minutes }: Cron): OnCalendar {
  const [month, day, hour, minute] = [months, days, hours, minutes].map((values) =>
    selected(values).join(","),
  );
  const weekday =
    selected(weekdays).length === 7
      ? ""
      : `${selected(weekdays)
          .map((value) => WEEKDAYS[value])
          .join(",")} `;
  return parseOnCalendar(`${weekday}*-${month}-${day} ${hour}:${minute}:00`);
}

function selected(values: Uint8Array): number[] {
  return [...values.keys()].filter((value) => values[value] === 1);
}
