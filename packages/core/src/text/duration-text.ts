import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "@overdue/schedules";

const UNITS = [
  { short: "d", word: "day", ms: DAY_MS },
  { short: "h", word: "hour", ms: HOUR_MS },
  { short: "min", word: "minute", ms: MINUTE_MS },
  { short: "s", word: "second", ms: SECOND_MS },
] as const;

type Part = { count: number; unit: (typeof UNITS)[number] };

/**
 * A duration for people: "4 min 10 s", "2 d 3 h"; below a second "340 ms", a negative one "0 ms". It has at most two
 * neighbouring units, is rounded to the smaller of them, and leaves that one out if it is zero.
 */
export function durationText(ms: number): string {
  if (Math.round(ms) < SECOND_MS) return `${Math.max(0, Math.round(ms))} ms`;
  return partsOf(ms)
    .map(({ count, unit }) => `${count} ${unit.short}`)
    .join(" ");
}

/** The same with the units in full, for sentences about settings: "5 minutes", "1 hour 30 minutes". */
export function secondsInWords(seconds: number): string {
  return partsOf(seconds * SECOND_MS)
    .map(({ count, unit }) => `${count} ${unit.word}${count === 1 ? "" : "s"}`)
    .join(" ");
}

export function minutesInWords(minutes: number): string {
  return secondsInWords(minutes * 60);
}

function partsOf(ms: number): Part[] {
  if (ms < SECOND_MS) return [{ count: Math.max(0, Math.round(ms / SECOND_MS)), unit: UNITS[3] }];
  const largest = UNITS.findIndex((unit) => ms >= unit.ms);
  const smaller = UNITS[largest + 1] ?? UNITS[3];
  const rounded = Math.round(ms / smaller.ms) * smaller.ms;
  // 59 min 59.7 s is rounded up into the next larger unit: 1 h.
  const first = UNITS.findIndex((unit) => rounded >= unit.ms);
  return UNITS.slice(first, first + 2)
    .map((unit, index) => ({ count: countOf(rounded, first + index, index === 0), unit }))
    .filter(({ count }) => count > 0);
}

function countOf(ms: number, index: number, isFirst: boolean): number {
  const larger = isFirst ? Number.POSITIVE_INFINITY : (UNITS[index - 1]?.ms ?? DAY_MS);
  return Math.floor((ms % larger) / (UNITS[index]?.ms ?? SECOND_MS));
}
