import { SECOND_MS, type Instant } from "../time.ts";
import { JAVASCRIPT } from "./javascript.ts";
import { MACHINES } from "./machines.ts";
import { OTHER_LANGUAGES } from "./other-languages.ts";
import type { SchedulerPolicy } from "./policy.ts";
import { PYTHON } from "./python.ts";

/** Every set-up that was run, by family. */
export const POLICIES: readonly SchedulerPolicy[] = [
  ...MACHINES,
  ...PYTHON,
  ...JAVASCRIPT,
  ...OTHER_LANGUAGES,
];

/**
 * What a scheduler of cron lines does with runs that it could not start in time, one policy per set-up and the usual one
 * first. Empty for those that nobody measured, and for libraries, where the program around them decides.
 */
export function policiesOf(scheduler: string): SchedulerPolicy[] {
  return POLICIES.filter(({ schedulers }) => schedulers.includes(scheduler));
}

/**
 * When it is certain that the run of a due time will not come: from the due time itself where nothing is made up. Null
 * while the scheduler, once it is back, may still start it.
 */
export function lostFrom({ missed }: SchedulerPolicy, due: Instant): Instant | null {
  if (missed.runs === "none") return due;
  return typeof missed.withinSeconds === "number" ? due + missed.withinSeconds * SECOND_MS : null;
}
