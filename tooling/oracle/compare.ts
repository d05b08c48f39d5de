import type { Answer, Question } from "./real-program.ts";

/**
 * `same`: both give the same times. `neither runs`: both refuse the line or find no time. `different`: the times differ.
 * `only ours refuses`, `only theirs refuses`: the other one gives times. `left out`: the real program did not return, its
 * times do not increase, or it does not follow the clock of the zone.
 */
export type Verdict =
  | "same"
  | "neither runs"
  | "different"
  | "only ours refuses"
  | "only theirs refuses"
  | "left out";

export const VERDICTS: readonly Verdict[] = [
  "same",
  "neither runs",
  "different",
  "only ours refuses",
  "only theirs refuses",
  "left out",
];

/** The error of programs that accept a line and then give up the search for its next time. */
const LOST_IN_SEARCH = /loop limit exceeded/;

/** Compares the times of the real program to ours, up to the instant until which the real one was watched. */
export function compare({ after }: Question, real: Answer | null, ours: Answer): Verdict {
  if (real === null) return "left out";
  const oursRuns = "next" in ours && ours.next.length > 0;
  if ("error" in real && LOST_IN_SEARCH.test(real.error)) return "left out";
  if ("error" in real) return oursRuns ? "only theirs refuses" : "neither runs";
  const theirs = real.next.map((time) => Date.parse(time));
  if (!areIncreasing([Date.parse(after), ...theirs])) return "left out";
  if ("error" in ours) return "only ours refuses";
  const until = real.until === undefined ? Infinity : Date.parse(real.until);
  const own = ours.next.map((time) => Date.parse(time)).filter((time) => time <= until);
  return own.join() === theirs.join() ? "same" : "different";
}

/** Whether each time is later than the one before it. */
export function areIncreasing(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time > (times[index - 1] ?? Infinity));
}
