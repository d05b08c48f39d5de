import type { Schedule } from "../schedules/schedule.ts";
import type { Instant } from "../time.ts";
import type { Ping, Slot } from "./event.ts";

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
export type Attitude = "allow" | "note" | "alert";

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
  overlap: Attitude;
  hostDuplicates: Attitude;
  /** Alert when more than `count` pings or runs come within a window; `windowSeconds` null: within a slot. */
  tooOften: { count: number; of: "pings" | "runs"; windowSeconds: number | null } | null;
  /** Down only after so many bad slots; null: at the first one. */
  tolerance: Tolerance | null;
  /** Up again only after this many good ones: 1 … 100. */
  recoverAfter: number;
  /** Alert when a new check was not heard from by its first slot plus grace. */
  alertBeforeFirstPing: boolean;
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

/** Filled in by `fold`; stored as it is and never read by SQL. Every list is bounded. */
export type Memory = {
  /** Oldest first; a run that broke its limit stays until its end, or a newer run's, is heard. At most 50. */
  openRuns: readonly OpenRun[];
  /** Runs with an id that ended lately: a retry or a late start may still name them. At most 32. */
  recentRuns: readonly EndedRun[];
  /** The newest run without an id of which only the end was heard: its start may still come. */
  loneRun: EndedRun | null;
  /** The latest instant that was decided about. */
  judgedAt: Instant;
  /** An end stamped before this is older than what the status stands on. */
  verdictAt: Instant | null;
  flippedAt: Instant | null;
  /** The last pause or resume: no run from before it is open. */
  clearedAt: Instant | null;
  heardAt: Instant | null;
  /** The next slot that is not settled, whatever the status; null while none is waited for. */
  slotAt: Instant | null;
  /** The slot settled last; a further ping before the next slot may still change it. */
  lastSlot: Slot | null;
  /** Set by an overlong run: a good end does not mend `lastSlot` any more. */
  lastSlotFinal: boolean;
  /** The slots judged since the check last went up, oldest first; only kept for a tolerance. At most 100. */
  verdicts: readonly Verdict[];
  /** Good ends in a row while down. */
  goodInARow: number;
  /** What counts towards "too often": within a window, or since the slot of this `dueAt`. */
  burst: { slotAt: Instant | null; at: readonly Instant[] };
  /** The first host that began the slot of this `dueAt`. */
  slotHost: { slotAt: Instant; host: string } | null;
  /** The newest outages, oldest first. At most 8. */
  outages: readonly Outage[];
  /** `until` of the newest outage folded. */
  outageUntil: Instant | null;
  /** How long the last good runs took, in milliseconds: what is usual. At most 20. */
  durations: readonly number[];
  /** Pings from after a deadline that cannot be judged yet: heard when it can be. By instant; at most 32. */
  held: readonly HeldPing[];
  /** Spans of slots still to be written, when there were too many for one fold. At most 4. */
  backlog: readonly SlotSpan[];
};

export type OpenRun = {
  id: string;
  rid: string | null;
  host: string | null;
  startedAt: Instant;
  deadlineAt: Instant;
  /** Its limit counts from here: the start, or the last progress that extends it. */
  limitFrom: Instant;
  /** Its limit has passed; said once. */
  overlong: boolean;
  digest: string | null;
  /** The slot this start was counted for, where starts are. */
  slot: Slot | null;
};

export type EndedRun = {
  id: string;
  rid: string | null;
  host: string | null;
  startedAt: Instant | null;
  endedAt: Instant;
  outcome: "success" | "fail" | "lost";
  exitStatus: number | null;
  overlong: boolean;
  /** Ended by a ping that did not name it. */
  guessed: boolean;
  /** What ended it; null for a lost one. */
  endedBy: "success" | "fail" | null;
  digest: string | null;
};

export type Verdict = { dueAt: Instant; bad: boolean };

export type HeldPing = { ping: Ping; number: number };

export type Outage = { from: Instant; until: Instant };

/** Slots due from `from` to `through`: those past their deadline at `at` were missed, the rest met by one ping. */
export type SlotSpan = {
  schedule: Schedule;
  from: Instant;
  through: Instant;
  at: Instant;
  cameAt: Instant;
  good: boolean;
  runId: string | null;
};

export type Check = { id: string; createdAt: Instant; settings: CheckSettings; state: CheckState };
