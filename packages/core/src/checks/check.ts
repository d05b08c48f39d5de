import type { Instant, Schedule } from "@overdue/schedules";
import type { MaintenanceWindow } from "../maintenance/window.ts";
import type { Memory } from "./memory.ts";

/** What is stored. `grace` (late, not yet down) is computed from the clock, `started` is a fact beside it. */
export type Status = "new" | "up" | "down" | "paused";

/** What a person is shown. */
export type DisplayStatus = Status | "grace";

/** Why a check went down. */
export type Reason =
  | "missed"
  | "failed"
  | "overlong"
  | "overlap"
  | "too-quick"
  | "too-often"
  | "never-started"
  | "host-duplicate";

/** What a second run, or a second host, does to the check. */
export type ViolationPolicy = "allow" | "note" | "alert";

/** What a person decides about a check. All but schedule and grace are off by default. */
export type CheckSettings = {
  schedule: Schedule;
  /** How late a ping may be before the check is down: 60 … 31_536_000. */
  graceSeconds: number;
  /** A paused check stays paused until a person resumes it. */
  manualResume: boolean;
  /** A ping up to this long before its slot counts for that slot. */
  earlyMarginSeconds: number;
  /** Lateness that is allowed without being called late (systemd's RandomizedDelaySec). */
  jitterSeconds: number;
  /** A run longer than this is overlong while still running; null: grace bounds the run. */
  maxRuntimeSeconds: number | null;
  /** A success quicker than this is a failure. */
  minRuntimeSeconds: number | null;
  /** A ping of an open run (`start` again with its run id, `log`) extends its limit. */
  progressExtends: boolean;
  overlap: ViolationPolicy;
  hostDuplicates: ViolationPolicy;
  /** A run takes far longer than its last ones did, told while it still runs; or far less. */
  unusualRuns: ViolationPolicy;
  /** Alert when more than `count` pings or runs come within a window; `windowSeconds` null: within a slot. */
  tooOften: { count: number; of: "pings" | "runs"; windowSeconds: number | null } | null;
  /** Down only after so many bad slots; null: at the first one. */
  tolerance: Tolerance | null;
  /** Up again only after this many good ones: 1 … 100. */
  recoverAfter: number;
  /** Alert when a new check was not heard from by its first slot plus grace. */
  alertBeforeFirstPing: boolean;
  /** The project's windows that hold for this check; not the check's own to set. */
  maintenance?: readonly MaintenanceWindow[];
};

/** `tolerateMissed` false: a run that did not come at all still alerts at once. */
export type Tolerance =
  | { kind: "in-a-row"; bad: number; tolerateMissed: boolean }
  | { kind: "of-last"; bad: number; of: number; tolerateMissed: boolean };

/** What the check has lived through, as far as the next decision needs it. */
export type CheckState = {
  status: Status;
  /** Grows with every change of deadline or status: names a deadline once and for all. */
  deadlineSeq: number;
  /** Recorded pings of any kind; the last one's number. */
  pingCount: number;
  /** Last success or fail. */
  lastPingAt: Instant | null;
  /** Start of the newest open run; null when none is open. */
  lastStartAt: Instant | null;
  lastDurationMs: number | null;
  /** The next expected slot, null when there is none to wait for. */
  expectedAt: Instant | null;
  /** When the check goes down unless something comes first. */
  deadlineAt: Instant | null;
  /** Plain JSON for `fold` alone: open runs, recent runs, the tolerance window. Bounded. */
  memory: Memory;
};

export type Check = { id: string; createdAt: Instant; settings: CheckSettings; state: CheckState };
