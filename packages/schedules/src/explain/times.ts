import { listText, values } from "./english.ts";

/** Times of day: each a full list of the selected values. `seconds` null stands for every second. */
export type TimesOfDay = { hours: number[]; minutes: number[]; seconds: number[] | null };

/** Either clock times, which read well after "at", or a rhythm that stands for itself. */
export type TimesText = { kind: "times" | "rhythm"; text: string };

const TIMES_LISTED_MAX = 6;

export function timesText({ hours, minutes, seconds }: TimesOfDay): TimesText {
  const onlySecond = seconds?.length === 1 ? (seconds[0] ?? 0) : null;
  if (onlySecond !== null && hours.length * minutes.length <= TIMES_LISTED_MAX)
    return { kind: "times", text: listText(clockTimes(hours, minutes, onlySecond)) };
  const rhythm = minuteRhythm(hours, minutes);
  if (onlySecond === 0) return { kind: "rhythm", text: rhythm };
  if (seconds === null) return { kind: "rhythm", text: everySecond(hours, minutes) };
  return { kind: "rhythm", text: `at second ${values(seconds, fraction)}, ${rhythm}` };
}

function clockTimes(hours: number[], minutes: number[], second: number): string[] {
  const ending = second === 0 ? "" : `:${second < 10 ? "0" : ""}${fraction(second)}`;
  return hours.flatMap((hour) => minutes.map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}${ending}`));
}

function everySecond(hours: number[], minutes: number[]): string {
  if (hours.length === 24 && minutes.length === 60) return "every second";
  return `every second of minute ${values(minutes)} past ${hoursText(hours)}`;
}

function minuteRhythm(hours: number[], minutes: number[]): string {
  const every = evenly(minutes, 60);
  if (every !== null && hours.length === 24) return every === 1 ? "every minute" : `every ${every} minutes`;
  const span = spanOfHours(hours);
  if (every !== null && span !== null) return `every ${every === 1 ? "minute" : `${every} minutes`} ${span}`;
  return `at minute ${values(minutes)} past ${hoursText(hours)}`;
}

/** The step where the values divide the whole evenly from 0 on. */
function evenly(numbers: number[], whole: number): number | null {
  const step = whole / numbers.length;
  return numbers.length > 1 && numbers.every((value, index) => value === index * step) ? step : null;
}

function spanOfHours(hours: number[]): string | null {
  const [first = 0] = hours;
  const last = hours.at(-1) ?? first;
  return last - first === hours.length - 1 ? `from ${twoDigits(first)}:00 to ${twoDigits(last)}:59` : null;
}

function hoursText(hours: number[]): string {
  if (hours.length === 24) return "every hour";
  const every = evenly(hours, 24);
  if (every === 2) return "every second hour";
  if (every !== null) return `every ${every} hours`;
  return `${hours.length === 1 ? "hour" : "hours"} ${values(hours)}`;
}

function fraction(second: number): string {
  return String(Math.round(second * 1e6) / 1e6);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
