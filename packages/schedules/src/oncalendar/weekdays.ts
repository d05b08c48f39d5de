import { WEEKDAY_NAMES } from "../calendar-names.ts";
import { ScheduleError } from "../schedule-error.ts";

/** Seven entries from Monday, 1 where the day is wanted; null is any day. */
export type Weekdays = Uint8Array | null;

/** From Mon on. */
export const SHORT_NAMES = WEEKDAY_NAMES.map((name) => name.slice(0, 3));

/**
 * Reads `Mon..Fri`, `sat,sun`, `Monday-Wednesday,Sunday`; one trailing comma is allowed.
 * @throws ScheduleError
 */
export function parseWeekdays(text: string): Weekdays {
  const wanted = new Uint8Array(7);
  for (const entry of text.replace(/,$/, "").split(",")) {
    const [first = "", last = first, more] = entry.split(/\.\.|-/);
    const from = weekdayIndex(first);
    const to = weekdayIndex(last);
    if (more !== undefined || to < from)
      throw new ScheduleError(
        `The weekday range “${entry}” cannot be read: write it from Mon to Sun, such as Fri..Sun,Mon.`,
      );
    wanted.fill(1, from, to + 1);
  }
  return wanted.includes(0) ? wanted : null;
}

function weekdayIndex(name: string): number {
  const known = WEEKDAY_NAMES.map((long) => long.toLowerCase());
  const lower = name.toLowerCase();
  const index = known.findIndex((long) => lower === long || lower === long.slice(0, 3));
  if (index >= 0) return index;
  throw new ScheduleError(`“${name}” is no weekday: use Mon, Tue, Wed, Thu, Fri, Sat or Sun.`);
}
