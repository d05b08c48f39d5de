import type { Answer, Question } from "./real-program.ts";

/**
 * `same`: equal times. `neither runs`: refused, or no time found. `different`: other times. `only ours refuses` and
 * `only theirs refuses`. `left out`: the real program did not come back, or its times do not go forward.
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

/** What programs say of a line that they took and then found no way through. */
const LOST_IN_SEARCH = /loop limit exceeded/;

/** Compares the times of the real program with ours, up to when the real one was watched. */
export function compare({ after }: Question, real: Answer | null, ours: Answer): Verdict {
  if (real === null) return "left out";
  const oursRuns = "next" in ours && ours.next.length > 0;
  if ("error" in real && LOST_IN_SEARCH.test(real.error)) return "left out";
  if ("error" in real) return oursRuns ? "only theirs refuses" : "neither runs";
  const theirs = real.next.map((time) => Date.parse(time));
  if (!goesForward([Date.parse(after), ...theirs])) return "left out";
  if ("error" in ours) return "only ours refuses";
  const until = real.until === undefined ? Infinity : Date.parse(real.until);
  const own = ours.next.map((time) => Date.parse(time)).filter((time) => time <= until);
  return own.join() === theirs.join() ? "same" : "different";
}

/** Whether each time is later than the one before it. */
export function goesForward(times: readonly number[]): boolean {
  return times.every((time, index) => index === 0 || time > (times[index - 1] ?? Infinity));
}
