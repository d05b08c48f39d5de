const SMALL_ORDINALS = ["first", "second", "third", "fourth", "fifth"];

/** "a", "a and b", "a, b and c". */
export function listText(items: readonly string[], conjunction: "and" | "or" = "and"): string {
  return items.length < 2
    ? items.join("")
    : `${items.slice(0, -1).join(", ")} ${conjunction} ${items.at(-1)}`;
}

/** 1st, 2nd, 3rd, 4th, 11th, 21st. */
export function ordinal(value: number): string {
  const isTeen = value % 100 >= 11 && value % 100 <= 13;
  const ending = isTeen ? "th" : (["th", "st", "nd", "rd"][value % 10] ?? "th");
  return `${value}${ending}`;
}

/** "first" to "fifth" in letters, "6th" and more in figures; -1 is "last", -2 "second to last". */
export function rank(nth: number): string {
  if (nth === -1) return "last";
  const name = SMALL_ORDINALS[Math.abs(nth) - 1] ?? ordinal(Math.abs(nth));
  return nth > 0 ? name : `${name} to last`;
}

export function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** A text of the values in order: runs as "9 to 17", a regular pattern as "0 to 56 in steps of 7". */
export function valuesText(numbers: readonly number[], show: (value: number) => string = String): string {
  const steps = stepsOf(numbers);
  if (steps !== null) return `${show(steps.first)} to ${show(steps.last)} in steps of ${steps.step}`;
  return listText(runs(numbers).map((run) => showRun(run, show)));
}

const STEPS_SPELLED_MAX = 6;

/** The pattern of regular values that are too many to list; null: they are irregular, consecutive or few. */
export function stepsOf(numbers: readonly number[]): { first: number; last: number; step: number } | null {
  const [first = 0, second = 0] = numbers;
  const step = second - first;
  const isRegular = numbers.every((value, index) => value === first + index * step);
  if (!isRegular || step < 2 || numbers.length <= STEPS_SPELLED_MAX) return null;
  return { first, last: numbers.at(-1) ?? first, step };
}

function showRun(run: readonly number[], show: (value: number) => string): string {
  const [first = 0] = run;
  const last = run.at(-1) ?? first;
  return first === last ? show(first) : `${show(first)} to ${show(last)}`;
}

/** Groups of three or more consecutive values; all others alone. */
function runs(numbers: readonly number[]): number[][] {
  const grouped: number[][] = [];
  for (const value of numbers) {
    const group = grouped.at(-1);
    if (group?.at(-1) === value - 1) group.push(value);
    else grouped.push([value]);
  }
  return grouped.flatMap((group) => (group.length > 2 ? [group] : group.map((value) => [value])));
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
] as const;

/** "hour", "5 minutes", "1 day 12 hours": follows "every". */
export function durationText(seconds: number): string {
  let rest = seconds;
  const parts: [number, string][] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push([count, unit]);
    rest -= count * size;
  }
  const [only] = parts;
  if (parts.length === 1 && only?.[0] === 1) return only[1];
  return parts.map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`).join(" ");
}
