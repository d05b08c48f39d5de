import type { DisplayStatus } from "@overdue/core";

import { instant } from "../time/zones.ts";
import type { CheckView } from "./check-queries.ts";
import { durationText } from "../time/duration.ts";

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

type TimedCheck = Pick<
  CheckView,
  "status" | "started" | "lastStartAt" | "expectedAt" | "deadlineAt" | "jitterSeconds"
>;

/** A check as the clock sees it. */
export function waitingOf(check: TimedCheck): Waiting {
  const { status, started, lastStartAt, expectedAt, deadlineAt, jitterSeconds } = check;
  return {
    status,
    started,
    jitterMs: jitterSeconds * 1_000,
    lastStartAt: instant(lastStartAt),
    expectedAt: instant(expectedAt),
    deadlineAt: instant(deadlineAt),
  };
}

/** What the check waits for, in a few words that change every second. */
export function countdownText(check: Waiting, now: number): string {
  switch (statusAt(check, now)) {
    case "paused":
      return "paused";
    case "new":
      return check.expectedAt === null
        ? "waiting for the first ping"
        : upTo("first ping", check.expectedAt, now);
    case "up":
      return check.started ? running(check, now) : upTo("due", check.expectedAt, now);
    case "grace":
      return [since("late by", check.expectedAt, now), upTo("down", check.deadlineAt, now)].join(", ");
    case "down":
      return check.started ? running(check, now) : overdue(check, now);
  }
}

function running({ lastStartAt, deadlineAt }: Waiting, now: number): string {
  const so = lastStartAt === null ? "running" : since("running for", lastStartAt, now);
  return deadlineAt === null || deadlineAt <= now ? so : `${so}, ${upTo("must end", deadlineAt, now)}`;
}

function overdue({ expectedAt }: Waiting, now: number): string {
  if (expectedAt === null) return "waiting for a ping";
  return expectedAt <= now ? since("overdue for", expectedAt, now) : upTo("due", expectedAt, now);
}

function upTo(what: string, at: number | null, now: number): string {
  if (at === null) return "no ping expected";
  return at <= now ? `${what} now` : `${what} in ${wholeSeconds(at - now)}`;
}

function since(what: string, at: number | null, now: number): string {
  return `${what} ${wholeSeconds(at === null ? 0 : now - at)}`;
}

function wholeSeconds(ms: number): string {
  return durationText(Math.max(1_000, ms));
}
