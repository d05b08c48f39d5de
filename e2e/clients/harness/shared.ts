import type { Steps } from "../../support/steps.ts";
import { type Overdue, startOverdue } from "./overdue.ts";

let started: Promise<Overdue> | null = null;

/** Runs a client's steps with a product that all clients share. The first client starts it. */
export function withOverdue(act: (steps: Steps, overdue: Overdue) => Promise<void>) {
  return async (steps: Steps): Promise<void> => {
    started ??= startOverdue();
    await act(steps, await started);
  };
}

/** Stops the product if it was started. */
export async function stopOverdue(): Promise<void> {
  if (started !== null) await (await started).stop();
}
