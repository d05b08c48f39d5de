import type { DisplayStatus } from "@overdue/core";

/** What the clock needs to know of a check: instants in epoch milliseconds. */
export type Waiting = {
  status: DisplayStatus;
  /** Whether a run is open. */
  started: boolean;
  lastStartAt: number | null;
  expectedAt: number | null;
  deadlineAt: number | null;
  /** Lateness that is not called late. */
  jitterMs: number;
};

/** A check turns late while the page is open without anything being stored: the page sees it by the clock. */
export function statusAt({ status, expectedAt, jitterMs }: Waiting, now: number): DisplayStatus {
  if (status !== "up" && status !== "grace") return status;
  return expectedAt !== null && expectedAt + jitterMs <= now ? "grace" : "up";
}

export const STATUS_WORDS: Record<DisplayStatus, string> = {
  new: "New",
  up: "Up",
  grace: "Late",
  down: "Down",
  paused: "Paused",
};

/** What needs a person comes first. */
export const STATUS_ORDER: readonly DisplayStatus[] = ["down", "grace", "new", "up", "paused"];
