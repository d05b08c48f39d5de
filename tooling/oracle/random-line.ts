import { pick, type Random } from "./random.ts";
import type { RealScheduler } from "./schedulers.ts";

/** Forms of a field, with weights. Forms on which schedulers disagree are more frequent than in real crontabs. */
type Forms = [weight: number, make: (random: Random) => string][];

const MINUTES: Forms = [
  [30, (random) => pick(random, ["0", "30", "15", "45", "59", "5", "1", "00"])],
  [8, () => "*"],
  [20, (random) => `*/${pick(random, ["5", "10", "15", "20", "30", "7", "45", "1", "25"])}`],
  [8, (random) => listOf(random, 60)],
  [6, (random) => rangeOf(random, 60)],
  [6, (random) => `${rangeOf(random, 60)}/${1 + Math.floor(random() * 20)}`],
  [4, (random) => `${Math.floor(random() * 30)}/${pick(random, ["5", "10", "15", "25"])}`],
  [
    4,
    (random) =>
      pick(random, ["55-5", "10-10", "*/60", "*/90", "*,30", "10-10/5", "0,0", "60", "50-10/5", "30,*/20"]),
  ],
];
const HOURS: Forms = [
  [40, (random) => pick(random, ["0", "1", "2", "3", "4", "23", "12", "02"])],
  [18, () => "*"],
  [14, (random) => `*/${pick(random, ["2", "3", "4", "6", "5", "12", "8"])}`],
  [8, (random) => listOf(random, 24)],
  [8, (random) => pick(random, ["1-4", "0-3", "2-3", "0-23", "22-23", "2-2"])],
  [5, (random) => `${pick(random, ["0-6", "1-23", "0-23"])}/${pick(random, ["2", "3", "4"])}`],
  [4, (random) => pick(random, ["1/2", "2/6", "0/1", "3/24"])],
  [4, (random) => pick(random, ["22-2", "23-1", "24", "20-4/2", "0,24", "2,2"])],
];
const DAYS: Forms = [
  [55, () => "*"],
  [14, (random) => String(1 + Math.floor(random() * 31))],
  [8, (random) => pick(random, ["1-7", "8-14", "25-31", "1-31", "15-15"])],
  [8, (random) => `*/${pick(random, ["2", "3", "5", "7", "10", "1", "31"])}`],
  [4, (random) => pick(random, ["1,15", "13,31", "1,2,3", "1,1"])],
  [5, (random) => pick(random, ["L", "LW", "L-3", "15W", "1W", "31W", "L,15", "W"])],
  [4, (random) => pick(random, ["?", "1/2", "5/10", "25-5", "28-2", "0", "32", "*,13", "1-31/2"])],
];
const MONTHS: Forms = [
  [76, () => "*"],
  [8, (random) => String(1 + Math.floor(random() * 12))],
  [5, (random) => pick(random, ["JAN", "mar", "Oct", "NOV", "DEC", "FEB"])],
  [5, (random) => pick(random, ["*/2", "*/3", "*/5", "3-10", "JAN-MAR", "1,7", "1-12"])],
  [3, (random) => pick(random, ["11-2", "NOV-FEB", "2/5", "0", "13", "JAN,JUL", "jan-12", "3-3"])],
];
const WEEKDAYS: Forms = [
  [50, () => "*"],
  [12, (random) => String(Math.floor(random() * 8))],
  [8, (random) => pick(random, ["MON", "fri", "Sun", "SAT", "WED"])],
  [10, (random) => pick(random, ["1-5", "MON-FRI", "0-6", "1-7", "5-7", "0-7", "3-3", "1,3,5"])],
  [5, (random) => pick(random, ["*/2", "1-5/2", "*/3", "0-6/3", "1-7/2", "*/1"])],
  [5, (random) => pick(random, ["6-0", "SAT-MON", "5-1", "FRI-SUN", "6-1", "SUN-SAT", "0,7", "MON,fri"])],
  [5, (random) => pick(random, ["5#2", "FRI#2", "5L", "FRIL", "L", "1#1,3#1", "5#5", "0#1", "1#6"])],
  [4, (random) => pick(random, ["?", "1/2", "8", "7/1", "SUN/2", "Monday", "*,5", "5,5"])],
];
const MACROS = [
  "@hourly",
  "@daily",
  "@midnight",
  "@weekly",
  "@monthly",
  "@yearly",
  "@annually",
  "@Daily",
  "@noon",
];
const SECONDS = ["0", "0", "0", "0", "0", "0", "30", "*/20", "15,45"];

/** A line in the form that the scheduler expects; some lines are ones that it should refuse. */
export function randomLine(form: RealScheduler["line"], random: Random): string {
  if (random() < 0.03) return pick(random, MACROS);
  const [minute, hour, day, month, weekday] = [MINUTES, HOURS, DAYS, MONTHS, WEEKDAYS].map((forms) =>
    fieldOf(forms, random),
  );
  if (random() < 0.01) return [minute, hour, day, month].join(" ");
  const [first, last] = form === "quartz" ? withQuestionMark(day, weekday) : [day, weekday];
  const five = [minute, hour, first, month, last].join(" ");
  const hasSeconds = form === "five fields" ? random() < 0.01 : random() < 0.99;
  return hasSeconds ? `${pick(random, SECONDS)} ${five}` : five;
}

/** Quartz requires a question mark in exactly one of the two. */
function withQuestionMark(day = "*", weekday = "*"): [string, string] {
  return weekday === "*" ? [day, "?"] : day === "*" ? ["?", weekday] : [day, weekday];
}

function fieldOf(forms: Forms, random: Random): string {
  let left = random() * forms.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, make] of forms) {
    left -= weight;
    if (left < 0) return make(random);
  }
  return "*";
}

function listOf(random: Random, below: number): string {
  return Array.from({ length: 2 + Math.floor(random() * 2) }, () => Math.floor(random() * below)).join(",");
}

function rangeOf(random: Random, below: number): string {
  const [from = 0, to = 0] = [Math.floor(random() * below), Math.floor(random() * below)].toSorted(
    (a, b) => a - b,
  );
  return `${from}-${to}`;
}
