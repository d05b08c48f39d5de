/** Monday first, as ISO counts: 1 to 7. */
export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/** "Monday to Friday", "Saturday and Sunday", "every day": weekdays by number, 1 is Monday. */
export function weekdaysText(weekdays: readonly number[]): string {
  const days = [...new Set(weekdays)].toSorted((a, b) => a - b);
  if (days.length === 0) return "on no day";
  if (days.length === 7) return "every day";
  const names = days.map((day) => WEEKDAYS[day - 1] ?? "");
  const [first, last] = [days[0] ?? 0, days.at(-1) ?? 0];
  const inARow = last - first === days.length - 1;
  if (inARow && days.length > 2) return `${names[0]} to ${names.at(-1)}`;
  return names.length === 1 ? (names[0] ?? "") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
