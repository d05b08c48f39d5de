import type { Schedule } from "../schedules/schedule.ts";
import type { Instant } from "../time.ts";
import type { Ping, Slot } from "./event.ts";

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
  /** How long the last good runs took, in milliseconds: what is usual. At most 40. */
  durations: readonly number[];
  /** The same for hours of the week that were seen to differ, the last heard of last. At most 6, of 20 runs each. */
  hours?: readonly HourDurations[];
  /** From this length on a run is unusually long; absent while too few are known. */
  unusualAfterMs?: number;
  /** Pings from after a deadline that cannot be judged yet: heard when it can be. By instant; at most 32. */
  held: readonly HeldPing[];
  /** Spans of slots still to be written, when there were too many for one fold. At most 4. */
  backlog: readonly SlotSpan[];
};

/** `hour` of the week on the check's clock: 0 is Sunday's first, 167 Saturday's last. */
export type HourDurations = { hour: number; durations: readonly number[] };

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
  /** When it will have taken unusually long; absent where nothing is usual, and once it was said. */
  unusualAt?: Instant;
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
  /** The slot its start was counted for, where its own end may still come. */
  slot?: Slot;
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
