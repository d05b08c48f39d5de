import type { Steps } from "../../support/steps.ts";
import { type Overdue, startOverdue } from "./overdue.ts";

let started: Promise<Overdue> | null = null;

/** A client's steps with the one product that all of them share; it is started for the first. */
export function withOverdue(act: (steps: Steps, overdue: Overdue) => Promise<void>) {
  return async (steps: Steps): Promise<void> => {
    started ??= startOverdue();
    await act(steps, await started);
  };
}

/** Stops it where it was started. */
export async function stopOverdue(): Promise<void> {
  if (started !== null) await (await started).stop();
}
