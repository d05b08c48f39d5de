import { listText, WEEKDAY_NAMES } from "@overdue/schedules";

/** "Monday to Friday", "Saturday and Sunday", "every day": weekdays by number, 1 is Monday. */
export function weekdaysText(weekdays: readonly number[]): string {
  const days = [...new Set(weekdays)].toSorted((a, b) => a - b);
  if (days.length === 0) return "on no day";
  if (days.length === 7) return "every day";
  const names = days.map((day) => WEEKDAY_NAMES[day - 1] ?? "");
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0];
  const inARow = last - first === days.length - 1;
  if (inARow && days.length > 2) return `${names[0]} to ${names.at(-1)}`;
  return listText(names);
}
