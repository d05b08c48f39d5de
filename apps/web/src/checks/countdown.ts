import { durationText } from "../time/duration.ts";
import { statusAt, type Waiting } from "./status.ts";

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
