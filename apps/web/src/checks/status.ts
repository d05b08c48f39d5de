import { instant } from "../time/zones.ts";
import type { CheckView } from "./check-queries.ts";
import { type DisplayStatus, durationText } from "@overdue/core";

/** The parts of a check from which its status at some time follows; instants are epoch milliseconds. */
export type CheckTiming = {
  status: DisplayStatus;
  /** A run is open. */
  started: boolean;
  lastStartAt: number | null;
  expectedAt: number | null;
  deadlineAt: number | null;
  /** A ping this much after its time is not late. */
  jitterMs: number;
};

/** A check becomes late as time passes, without any event: the page computes it from the clock. */
export function statusAt({ status, expectedAt, jitterMs }: CheckTiming, now: number): DisplayStatus {
  if (status !== "up" && status !== "grace") return status;
  return expectedAt !== null && expectedAt + jitterMs <= now ? "grace" : "up";
}

export const STATUS_LABELS: Record<DisplayStatus, string> = {
  new: "New",
  up: "Up",
  grace: "Late",
  down: "Down",
  paused: "Paused",
};

/** Statuses that need a person come first. */
export const STATUS_ORDER: readonly DisplayStatus[] = ["down", "grace", "new", "up", "paused"];

type TimedCheck = Pick<
  CheckView,
  "status" | "started" | "lastStartAt" | "expectedAt" | "deadlineAt" | "jitterSeconds"
>;

/** The timing of a check as the API returns it. */
export function checkTiming(check: TimedCheck): CheckTiming {
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

/** What the check waits for, in a few words: "due in 3 min". */
export function countdownText(check: CheckTiming, now: number): string {
  switch (statusAt(check, now)) {
    case "paused":
      return "paused";
    case "new":
      return check.expectedAt === null
        ? "waiting for the first ping"
        : untilText("first ping", check.expectedAt, now);
    case "up":
      return check.started ? runningText(check, now) : untilText("due", check.expectedAt, now);
    case "grace":
      return [sinceText("late by", check.expectedAt, now), untilText("down", check.deadlineAt, now)].join(
        ", ",
      );
    case "down":
      return check.started ? runningText(check, now) : overdueText(check, now);
  }
}

function runningText({ lastStartAt, deadlineAt }: CheckTiming, now: number): string {
  const so = lastStartAt === null ? "running" : sinceText("running for", lastStartAt, now);
  return deadlineAt === null || deadlineAt <= now ? so : `${so}, ${untilText("must end", deadlineAt, now)}`;
}

function overdueText({ expectedAt }: CheckTiming, now: number): string {
  if (expectedAt === null) return "waiting for a ping";
  return expectedAt <= now ? sinceText("overdue for", expectedAt, now) : untilText("due", expectedAt, now);
}

function untilText(what: string, at: number | null, now: number): string {
  if (at === null) return "no ping expected";
  return at <= now ? `${what} now` : `${what} in ${wholeSeconds(at - now)}`;
}

function sinceText(what: string, at: number | null, now: number): string {
  return `${what} ${wholeSeconds(at === null ? 0 : now - at)}`;
}

function wholeSeconds(ms: number): string {
  return durationText(Math.max(1_000, ms));
}
