import { ScheduleError } from "../schedule-error.ts";
import { timesAfter } from "../schedule.ts";

/** An expression, its zone, the start, and its next times in seconds from the start; null: the program refuses it. */
export type Vector = readonly [
  expression: string,
  timezone: string,
  after: string,
  next: readonly number[] | null,
];

/** The name of the job with which the vectors of Jenkins were made; the times of H depend on it. */
const JOB = "flavours";
/** How many times to ask for if the program refuses the expression. */
const COUNT_ASKED = 4;

/** Our own answer for a vector's expression as this scheduler reads it, in the form of the vector. */
export function answerTo(scheduler: string, [expression, timezone, after, next]: Vector): Vector[3] {
  const start = Date.parse(after);
  const count = next?.length ?? COUNT_ASKED;
  const times: number[] = [];
  try {
    for (const at of timesAfter({ kind: "cron", expression, scheduler, job: JOB, timezone }, start)) {
      if (times.length < count) times.push((at - start) / 1_000);
      if (times.length >= count) break;
    }
    return times;
  } catch (error) {
    if (error instanceof ScheduleError) return null;
    throw error;
  }
}

export function isRight(scheduler: string, vector: Vector): boolean {
  return JSON.stringify(answerTo(scheduler, vector)) === JSON.stringify(vector[3]);
}
