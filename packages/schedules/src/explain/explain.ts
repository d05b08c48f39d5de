import { boundedCache } from "../bounded-cache.ts";
import type { Exceptions } from "../exceptions/exceptions.ts";
import { type Line, linesOf, zoneOfLine } from "../lines.ts";
import { type CalendarSchedule, nextAfter, type Schedule } from "../schedule.ts";
import type { Instant } from "../time.ts";
import { timeZoneOf, UTC } from "../timezones/timezones.ts";
import { type ClockChange, clockChanges } from "./clock-changes.ts";
import { capitalise, durationText, listText, rank } from "./english.ts";
import { lineText } from "./line-text.ts";
import { localText, type Occurrence } from "./local-time.ts";

/** The meaning of a schedule, for the person who writes it. */
export type Explanation = {
  /** plain English, such as "Every day at 02:30, Europe/Berlin" */
  text: string;
  next: Occurrence[];
  /** the next two clock changes of the zone, with their effect on this schedule */
  changes: ClockChange[];
};

const TEXTS_MAX = 2000;
const textOf = boundedCache(TEXTS_MAX, (json) => scheduleText(JSON.parse(json)));

/**
 * Says what a schedule means, with its next `count` times after `from`. A count of 0 asks for the text alone, which costs almost
 * nothing.
 * @throws ScheduleError for a schedule that `ScheduleInput` refuses
 */
export function explain(schedule: Schedule, { from, count }: { from: Instant; count: number }): Explanation {
  const text = textOf(JSON.stringify(schedule));
  if (count === 0) return { text, next: [], changes: [] };
  const changes = schedule.kind === "interval" ? [] : clockChanges(schedule, from);
  return { text, next: nextTimes(schedule, { from, count }), changes };
}

/** Whether a schedule that is stored can still be read: its time zone may be gone from a newer table of zones. */
export function isReadable(schedule: Schedule): boolean {
  try {
    textOf(JSON.stringify(schedule));
    return true;
  } catch {
    return false;
  }
}

/** What a stored schedule means; where it cannot be read any more, a sentence that says so. Never throws. */
export function storedText(schedule: Schedule): string {
  return isReadable(schedule)
    ? textOf(JSON.stringify(schedule))
    : "A schedule that cannot be read: save it anew";
}

function nextTimes(schedule: Schedule, { from, count }: { from: Instant; count: number }): Occurrence[] {
  const zone = schedule.kind === "interval" ? UTC : timeZoneOf(schedule.timezone);
  const times: Occurrence[] = [];
  let at = nextAfter(schedule, from);
  for (; at !== null && times.length < count; at = nextAfter(schedule, at))
    times.push({ at, local: localText(at, zone) });
  return times;
}

function scheduleText(schedule: Schedule): string {
  if (schedule.kind === "interval") return `Every ${durationText(schedule.everySeconds)}`;
  return [capitalise(linesText(schedule)), ...exceptionsText(schedule.except ?? {})].join("; ");
}

/** The text of all lines. The zone is named once if all lines share it, otherwise after each line. */
function linesText(schedule: CalendarSchedule): string {
  const lines = linesOf(schedule);
  const zones = new Set(lines.map((line) => zoneName(line, schedule)));
  if (zones.size === 1) return `${lines.map(lineText).join("; ")}, ${[...zones].join()}`;
  return lines.map((line) => `${lineText(line)}, ${zoneName(line, schedule)}`).join("; ");
}

function zoneName(line: Line, { timezone }: CalendarSchedule): string {
  return zoneOfLine(line, timezone).name;
}

const DATES_SHOWN = 5;

/** Each kind of exception as a clause: "not on public holidays in DE-BY". */
function exceptionsText({ dates = [], holidays = [], onlyOn = [] }: Exceptions): string[] {
  const clauses: string[] = [];
  if (onlyOn.length > 0)
    clauses.push(`only on ${listText(onlyOn.map(({ nth, day }) => `the ${rank(nth)} ${day}`))} of the month`);
  if (holidays.length > 0) clauses.push(`not on public holidays in ${listText(holidays)}`);
  if (dates.length > 0) clauses.push(`not on ${datesText(dates)}`);
  return clauses;
}

function datesText(dates: string[]): string {
  const shown = dates.slice(0, DATES_SHOWN).map((entry) => entry.replace("..", " to "));
  const more = dates.length - shown.length;
  return listText(more > 0 ? [...shown, `${more} more ${more === 1 ? "date" : "dates"}`] : shown);
}
