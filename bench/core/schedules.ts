import {
  explain,
  lineFor,
  nextAfter,
  type Schedule,
  schedulerById,
  ScheduleInput,
  SCHEDULERS,
} from "@overdue/schedules";
import { cron, KINDS, SPARSE } from "./kinds.ts";
import { report } from "./report.ts";

const START = 1_800_000_000_000;
const ROUND = 1000;
/** The search starts over after this time, because in later years Node has to compute clock changes first. */
const SPAN_MS = 3 * 365 * 86_400_000;
const HOSTILE = ["0 0 29 2 1", "* * 29 2 1", "0 0 31 */2 0", "59 23 31 12 6"];
const LINES = ["30 2 * * *", "*/5 * * * *", "0 9 * * 1-5"];

/** Prints how many next times, previews and validations per second one core does, and the slowest line of each scheduler. */
export function benchSchedules(seconds: number): void {
  for (const { name, schedule } of [...KINDS, ...SPARSE])
    report({ name, unit: "next times/s", perSecond: nextTimes(schedule, seconds) });
  for (const { name, schedule } of KINDS.slice(2, 4))
    report({ name, unit: "explanations/s", perSecond: explanations(schedule, seconds) });
  report({ name: "cron, as it is saved", unit: "validations/s", perSecond: validations(seconds) });
  for (const { id } of SCHEDULERS) benchScheduler(id, seconds);
}

/** Prints the next times per second of the slowest of three usual lines, and the longest first search of a hostile line. */
function benchScheduler(id: string, seconds: number): void {
  const read = (expression: string) => ({ ...cron(expression), scheduler: id });
  const rates = LINES.map((line) => nextTimes(read(lineFor(line, id) ?? line), seconds / 3));
  // `lineFor` is not used here, because it would read the line, and the first reading is to be measured.
  const hasSeconds = schedulerById(id)?.rules.layouts[0]?.[0] === "second";
  const worst = Math.max(...HOSTILE.map((line) => millisecondsOf(read(hasSeconds ? `0 ${line}` : line))));
  report({
    name: `${id}, slowest of three lines; a hostile line ${worst.toFixed(2)} ms`,
    unit: "next times/s",
    perSecond: Math.min(...rates),
  });
}

function isRead(schedule: Schedule): boolean {
  try {
    return nextAfter(schedule, START) !== null;
  } catch {
    return false;
  }
}

function millisecondsOf(schedule: Schedule): number {
  const began = performance.now();
  isRead(schedule);
  return performance.now() - began;
}

function nextTimes(schedule: Schedule, seconds: number): number {
  let at = START;
  return rate(() => {
    at = nextAfter(schedule, at) ?? START;
    if (at > START + SPAN_MS) at = START;
  }, seconds);
}

function explanations(schedule: Schedule, seconds: number): number {
  let at = START;
  return rate(() => explain(schedule, { from: (at += 60_000), count: 5 }), seconds);
}

function validations(seconds: number): number {
  return rate(() => ScheduleInput.parse(cron("*/5 * * * *")), seconds);
}

/** Warms up for a round, then counts. */
function rate(work: () => unknown, seconds: number): number {
  for (let count = 0; count < ROUND; count++) work();
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < seconds * 1000) {
    for (let count = 0; count < ROUND; count++) work();
    done += ROUND;
  }
  return done / ((performance.now() - began) / 1000);
}
