import { ScheduleError } from "../schedule-error.ts";
import { timesAfter } from "../schedule.ts";

/** An expression, its zone, the start, and its next times in seconds from there; null where the program refuses it. */
export type Vector = readonly [
  expression: string,
  timezone: string,
  after: string,
  next: readonly number[] | null,
];

/** The job that Jenkins ran when its vectors were made, of whose name it makes the times of H. */
const JOB = "flavours";
/** How many times are asked for where the program refuses the expression. */
const COUNT_ASKED = 4;

/** What we say of a vector's expression as this scheduler reads it, in the form of the vector's own answer. */
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
