import { type DisplayStatus, durationText, type Reason, shortMetricNumber } from "@overdue/core";

import { capital, REASON_TEXTS } from "../text/reason-text.ts";
import { roughText } from "../time/duration.ts";
import { instant } from "../time/zones.ts";
import type { CheckOverview, CheckView } from "./check-queries.ts";

/** The parts of a check that decide its status at some time; instants are epoch milliseconds. */
export type CheckTiming = {
  status: DisplayStatus;
  /** When its open run began; null if none is open. */
  runningSince: number | null;
  expectedAt: number | null;
  deadlineAt: number | null;
  /** How much later than expected a ping may come without being late. */
  jitterMs: number;
};

/**
 * The status at `now`. A check becomes late as time passes, without an event from the server, so the page computes it. A
 * check whose run has begun and may still end in time is not late.
 */
export function statusAt(timing: CheckTiming, now: number): DisplayStatus {
  const { status, expectedAt, jitterMs, runningSince: since, deadlineAt } = timing;
  if (status !== "up" && status !== "grace") return status;
  if (since !== null && since >= (expectedAt ?? 0) && deadlineAt !== null && deadlineAt > now) return "up";
  return expectedAt !== null && expectedAt + jitterMs <= now ? "grace" : "up";
}

export const STATUS_LABELS: Record<DisplayStatus, string> = {
  new: "New",
  up: "Up",
  grace: "Late",
  down: "Down",
  paused: "Paused",
};

/** The statuses in the order of lists: those that need attention first. */
export const STATUS_ORDER: readonly DisplayStatus[] = ["down", "grace", "new", "up", "paused"];

type TimedView = Pick<
  CheckView,
  "status" | "started" | "openRuns" | "lastStartAt" | "expectedAt" | "deadlineAt" | "jitterSeconds"
>;
type TimedOverview = Pick<
  CheckOverview,
  "status" | "runningSince" | "expectedAt" | "deadlineAt" | "jitterSeconds"
>;

/** The timing of a check as the API returns it, alone or in a list. */
export function checkTiming(check: TimedView | TimedOverview): CheckTiming {
  const { status, expectedAt = null, deadlineAt = null, jitterSeconds = 0 } = check;
  return {
    status,
    runningSince: instant(runningSince(check)),
    jitterMs: jitterSeconds * 1_000,
    expectedAt: instant(expectedAt),
    deadlineAt: instant(deadlineAt),
  };
}

function runningSince(check: TimedView | TimedOverview): string | null {
  if (!("started" in check)) return check.runningSince ?? null;
  return check.started ? (check.openRuns[0]?.startedAt ?? check.lastStartAt) : null;
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
      return runningText(check, now) ?? untilText("due", check.expectedAt, now);
    case "grace":
      return [sinceText("late by", check.expectedAt, now), untilText("down", check.deadlineAt, now)].join(
        ", ",
      );
    case "down":
      return runningText(check, now) ?? overdueText(check, now);
  }
}

function runningText({ runningSince: since, deadlineAt }: CheckTiming, now: number): string | null {
  if (since === null) return null;
  const text = sinceText("running for", since, now);
  return deadlineAt === null || deadlineAt <= now
    ? text
    : `${text}, ${untilText("must end", deadlineAt, now)}`;
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

/** Why a check is down, in one or two words for a row. */
const DOWN_LABELS: Record<Reason, string> = {
  missed: "Missed",
  failed: "Failed",
  overlong: "Too long",
  overlap: "Overlap",
  "too-quick": "Too quick",
  "metric-limit": "Beyond limit",
  "too-often": "Too often",
  "never-started": "Never started",
  "host-duplicate": "Two hosts",
};

/**
 * The status of a check in a row: "Failed 50 min ago, exit 1", "Late by 3 min, down in 2 min", "Running for 57 min",
 * "depth 14 for 2 h", "Up".
 */
export function statusSentence(check: CheckOverview, now: number): string {
  const timing = checkTiming(check);
  const status = statusAt(timing, now);
  if (status === "down") return downSentence(check, now);
  if (check.maintenanceUntil !== undefined && instant(check.maintenanceUntil) > now)
    return `Maintenance, ${roughText(instant(check.maintenanceUntil) - now)} left`;
  if (status === "grace") return `Late by ${roughText(now - (timing.expectedAt ?? now))}`;
  if (timing.runningSince !== null) return runningSentence(now - timing.runningSince, check.usualMs);
  return status === "new" ? "New, no ping yet" : STATUS_LABELS[status];
}

/** Of a number that is beyond its limit the newest value: "depth 14 for 2 h". */
function downSentence({ incident, metric }: CheckOverview, now: number): string {
  if (incident === undefined) return "Down";
  if (incident.reason !== "metric-limit" || metric === undefined || metric.isGood)
    return incidentSentence(incident, now);
  const forMs = Math.max(1_000, now - instant(incident.openedAt));
  return `${metric.name} ${shortMetricNumber(metric.value)} for ${roughText(forMs)}`;
}

type ShownIncident = { reason: Reason; openedAt: string; exitStatus?: number | null | undefined };

/** "Failed 50 min ago, exit 1": why a check is down, and since when. */
export function incidentSentence(
  { reason, openedAt, exitStatus = null }: ShownIncident,
  now: number,
): string {
  const exit = exitStatus === null || exitStatus === 0 ? "" : `, exit ${exitStatus}`;
  return `${DOWN_LABELS[reason]} ${roughText(Math.max(1_000, now - instant(openedAt)))} ago${exit}`;
}

/** "Running for 57 min, usually 4 min": the second half only if it has taken more than twice as long as usual. */
function runningSentence(ms: number, usualMs: number | undefined): string {
  const usual = usualMs !== undefined && ms > 2 * usualMs ? `, usually ${roughText(usualMs)}` : "";
  return `Running for ${roughText(Math.max(1_000, ms))}${usual}`;
}

/** The reason of an open incident in words, for a title on hover. */
export function reasonTitle({ incident }: CheckOverview): string | undefined {
  return incident && capital(REASON_TEXTS[incident.reason]);
}
