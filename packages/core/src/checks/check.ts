import type { Instant } from "@overdue/schedules";
import type { Memory } from "./memory.ts";
import type { CheckSettings } from "./settings.ts";

/** The stored status. Whether a check is late, or a run is open, is computed when it is shown. */
export const STATUSES = ["new", "up", "down", "paused"] as const;
export type Status = (typeof STATUSES)[number];

/** The statuses that people see. */
export const DISPLAY_STATUSES = ["new", "up", "grace", "down", "paused"] as const;
export type DisplayStatus = (typeof DISPLAY_STATUSES)[number];

/** Why a check went down, in the order in which people choose among them. */
export const REASONS = [
  "missed",
  "failed",
  "overlong",
  "overlap",
  "too-quick",
  "metric-limit",
  "too-often",
  "never-started",
  "host-duplicate",
] as const;
export type Reason = (typeof REASONS)[number];

/** Everything that the next decision about a check needs to know of its past. */
export type CheckState = {
  status: Status;
  /** Grows with every change of deadline or status, so that each deadline has a number of its own. */
  deadlineSeq: number;
  /** How many pings of any kind were recorded; also the number of the last one. */
  pingCount: number;
  /** Last success or fail. */
  lastPingAt: Instant | null;
  /** Start of the newest open run; null when none is open. */
  lastStartAt: Instant | null;
  lastDurationMs: number | null;
  /** When the next slot is expected, at the latest; null if no slot is waited for. */
  expectedAt: Instant | null;
  /** When the check goes down unless a ping comes first. */
  deadlineAt: Instant | null;
  /** Plain JSON for `fold` alone: open runs, recent runs, the tolerance window. Bounded. */
  memory: Memory;
};

export type Check = { id: string; createdAt: Instant; settings: CheckSettings; state: CheckState };

/** What a check with neither name nor slug is called. */
export const UNNAMED_CHECK = "unnamed check";

/** What a check is called everywhere: its name; without one its slug. */
export function checkName({ name, slug }: { name: string; slug: string }): string {
  return name || slug || UNNAMED_CHECK;
}
