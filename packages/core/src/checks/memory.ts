import type { Instant, Schedule } from "@overdue/schedules";
import type { Ping, Slot } from "./event.ts";

/** Filled in by `fold`; stored as it is and never read by SQL. Every list is bounded. */
export type Memory = {
  /** Oldest first; a run that broke its limit stays until its end, or a newer run's, is heard. At most 50. */
  openRuns: readonly OpenRun[];
  /** Runs with an id that ended lately: a retry or a late start may still name them. At most 64. */
  recentRuns: readonly EndedRun[];
  /** The newest run without an id of which only the end was heard: its start may still come. */
  endOnlyRun: EndedRun | null;
  /** The instant up to which time was folded into this check. */
  evaluatedAt: Instant;
  /** An end stamped before this is older than what the status stands on. */
  verdictAt: Instant | null;
  flippedAt: Instant | null;
  /** The last pause or resume: no run from before it is open. */
  clearedAt: Instant | null;
  receivedAt: Instant | null;
  /** The next slot that is not settled, whatever the status; null while none is waited for. */
  slotAt: Instant | null;
  /** The slot settled last; a further ping before the next slot may still change it. */
  lastSlot: Slot | null;
  /** Set by an overlong run: a good end does not mend `lastSlot` any more. */
  lastSlotFinal: boolean;
  /** The slots evaluated since the check last went up, oldest first; only kept for a tolerance. At most 100. */
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
  /** From this length on a run is an outlier; absent while too few are known. */
  outlierAfterMs?: number;
  /** Pings from after a deadline that cannot be evaluated yet: heard when it can be. By instant; at most 32. */
  deferred: readonly DeferredPing[];
  /** Ends without a run id, while they may still be sent again. At most 8. */
  lastEnds?: readonly HostEnd[];
  /** A start without a run id was heard: an end before its start is then a run whose start is on its way. */
  hasStarts?: true;
  /** Missed slots that nothing came for since, oldest first: a run may still be made up for them. At most 64. */
  unmet?: Unmet;
  /** Slots, by their due time, that a run settled beside its own; runs for them may come until then. At most 64. */
  shared?: { slots: readonly Instant[]; until: Instant };
  /** How long after the begin of its window the last run began, in milliseconds, where the scheduler draws the times. */
  drawnMs?: number;
  /** Slots that wait for their own run though a later one was met: pings name their slots. Oldest first, at most 64. */
  passed?: readonly Instant[];
  /** How the check was before it was paused, until the pause ends. Absent where it cannot be undone any more. */
  beforePause?: BeforePause;
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
  /** When it will have become an outlier; absent without a baseline, and once it was said. */
  outlierAt?: Instant;
  digest: string | null;
  /** The slot this start was counted for, where starts are. */
  slot: Slot | null;
  /** Its first start, and how often that was heard again; absent while it was heard once. */
  firstStartAt?: Instant;
  startRepeats?: number;
  /** The due time that its start named. */
  dueAt?: Instant;
  /** It took the place of another run that had not ended: how long it takes is not known. */
  replaced?: true;
  /**
   * Its end is not waited for: its start may be the repeat of one whose run has ended ("again"), or another run of
   * its host began or ended since, and without run ids nobody knows which of them still goes on ("beside").
   */
  uncertain?: "again" | "beside";
};

/** An end without a run id, as its host sent it. */
export type HostEnd = {
  host: string | null;
  endedAt: Instant;
  kind: "success" | "fail";
  digest: string | null;
  exitStatus: number | null;
  /** The due time that it named. */
  dueAt?: Instant;
  /** The first start of the run that it ended, which may come after it; null while none was heard. */
  startedAt: Instant | null;
  startDigest: string | null;
  /** How often it, and that start, were heard again; and when it was heard last. */
  repeats: number;
  startRepeats: number;
  /** The run of another host that it was taken for the end of. */
  foreign?: OpenRun;
  repeatedAt: Instant;
};

/** `until`: when runs made up for them end to be expected; null while no slot has been met since. */
export type Unmet = { slots: readonly Pick<Slot, "dueAt" | "at" | "because">[]; until: Instant | null };

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
  /** The first of its starts that was heard after its end: a client may send that again, too. */
  lateStartAt?: Instant;
  /** What ended it; null for a lost one. */
  endedBy: "success" | "fail" | null;
  digest: string | null;
  /** The slot its start was counted for, where its own end may still come. */
  slot?: Slot;
};

export type Verdict = { dueAt: Instant; bad: boolean };

export type DeferredPing = { ping: Ping; number: number };

/** `memory`: without what goes on while the check is paused. `pings`: heard since, in their order. At most 64. */
export type BeforePause = {
  status: "new" | "up" | "down";
  memory: Omit<
    Memory,
    "flippedAt" | "receivedAt" | "durations" | "hours" | "outlierAfterMs" | "backlog" | "beforePause"
  >;
  pings: readonly DeferredPing[];
};

export type Outage = { from: Instant; until: Instant };

/** Slots due from `from` to `through`: those past their deadline at `at` were missed, the rest met by one ping. */
export type SlotSpan = {
  schedule: Schedule;
  from: Instant;
  through: Instant;
  at: Instant;
  arrivedAt: Instant;
  good: boolean;
  runId: string | null;
};
