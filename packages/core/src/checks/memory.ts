import type { Instant, Schedule } from "@overdue/schedules";
import type { MetricValues } from "../metrics/read-metrics.ts";
import type { Ping, Slot } from "./event.ts";

/** Only `fold` reads and writes this. It is stored as JSON, which no SQL looks into. Every list is bounded. */
export type Memory = {
  /** Oldest first. A run that exceeded its limit stays until its end, or that of a newer run, is received. At most 50. */
  openRuns: readonly OpenRun[];
  /** Runs with an id that ended recently: a retry or a late start may still name them. At most 64. */
  recentRuns: readonly EndedRun[];
  /** The newest run without an id of which only the end was received: its start may still come. */
  endOnlyRun: EndedRun | null;
  /** The instant up to which time was folded into this check. */
  evaluatedAt: Instant;
  /** What the status was decided by last. An end stamped before this is out of order. */
  verdictAt: Instant | null;
  flippedAt: Instant | null;
  /** The last pause or resume: no run from before it is open. */
  clearedAt: Instant | null;
  /** The newest ping of any kind. */
  receivedAt: Instant | null;
  /** The next slot that is not settled, whatever the status; null while none is waited for. */
  slotAt: Instant | null;
  /** The slot settled last; a further ping before the next slot may still change it. */
  lastSlot: Slot | null;
  /** Set by an overlong run: a good end does not mend `lastSlot` any more. */
  lastSlotFinal: boolean;
  /** The slots evaluated since the check last went up, oldest first; only kept if a tolerance is set. At most 100. */
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
  /** How long the last good runs took, in milliseconds: the data of the baseline. At most 40. */
  durations: readonly number[];
  /** The same for hours of the week that differ, the hour with the newest run last. At most 6, of 20 runs each. */
  hours?: readonly HourDurations[];
  /** From this many milliseconds on a run is an outlier; absent while too few durations are known. */
  outlierAfterMs?: number;
  /** What the last good runs reported, by metric, where a limit compares it. At most 10 metrics, of 40 runs each. */
  usualMetrics?: Readonly<Record<string, readonly number[]>>;
  /** What `log` pings reported while no run of theirs was open: it belongs to the run whose end comes next. */
  loggedMetrics?: LoggedMetrics;
  /** Pings from after a deadline that cannot be evaluated yet; applied once it can be. By instant; at most 32. */
  deferred: readonly DeferredPing[];
  /** Ends without a run id, while they may still be sent again. At most 8. */
  lastEnds?: readonly HostEnd[];
  /** A start without a run id has been received, so the start of an end that comes alone may still be on its way. */
  hasStarts?: true;
  /** Missed slots that still have no run, oldest first: the scheduler may make one up for them. At most 64. */
  unmet?: Unmet;
  /** Slots, by due time, that a run settled beside its own. Their own runs may still come, up to `until`. At most 64. */
  shared?: { slots: readonly Instant[]; until: Instant };
  /** If the scheduler draws the times: how many milliseconds after the begin of its window the last run began. */
  drawnMs?: number;
  /** When that run began: an older one, which ends after it, says nothing new. */
  drawnFrom?: Instant;
  /** Slots that still wait for their own run although a later one was met (rule 42). Oldest first; at most 64. */
  passed?: readonly Instant[];
  /** The state before the pause, until the pause ends. Absent if the pause cannot be undone any more. */
  beforePause?: BeforePause;
  /** Spans of slots that are still to be written, since there were too many for one fold. At most 4. */
  backlog: readonly SlotSpan[];
};

/** `hour`: the hour of the week on the check's clock, from 0 (Sunday's first) to 167 (Saturday's last). */
export type HourDurations = { hour: number; durations: readonly number[] };

type LoggedMetrics = { rid: string | null; host: string | null; values: MetricValues };

export type OpenRun = {
  id: string;
  rid: string | null;
  host: string | null;
  startedAt: Instant;
  deadlineAt: Instant;
  /** Its limit counts from here: the start, or the last progress that extends it. */
  limitFrom: Instant;
  /** Its limit has passed, and that was reported. */
  overlong: boolean;
  /** When it will have become an outlier; absent without a baseline, and once that was reported. */
  outlierAt?: Instant;
  digest: string | null;
  /** The slot that its start was counted for; null if starts settle no slots (rule 25). */
  slot: Slot | null;
  /** Its first start, and how often that was repeated; absent if its start came once. */
  firstStartAt?: Instant;
  startRepeats?: number;
  /** The due time that its start named. */
  dueAt?: Instant;
  /** It replaced another run that had not ended, so nobody knows which of the two an end will time. */
  replaced?: true;
  /**
   * Set if its end is not waited for. "again": its start may repeat that of a run that has ended. "beside": another run of
   * its host began or ended since, and without run ids nobody knows which of the two still goes on.
   */
  uncertain?: "again" | "beside";
  /** What its pings have reported so far. */
  metrics?: MetricValues;
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
  /** The first start of the run that it ended; it may come after the end. Null while none was received. */
  startedAt: Instant | null;
  startDigest: string | null;
  /** How often it, and that start, were repeated; `repeatedAt`: when the end came last. */
  repeats: number;
  startRepeats: number;
  /** The run of another host that it was taken to end. */
  foreign?: OpenRun;
  repeatedAt: Instant;
  metrics?: Ping["metrics"];
};

/** `until`: after this no run is expected to be made up for them; null while no slot has been met since. */
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
  /** The first of its starts that came after its end: a client may send that again, too. */
  lateStartAt?: Instant;
  /** What ended it; null for a lost run. */
  endedBy: "success" | "fail" | null;
  digest: string | null;
  /** The slot its start was counted for, where its own end may still come. */
  slot?: Slot;
  metrics?: MetricValues;
};

export type Verdict = { dueAt: Instant; bad: boolean };

export type DeferredPing = { ping: Ping; number: number };

/**
 * `memory`: without the fields that change while the check is paused, since undoing the pause must not set those back.
 * `pings`: what came since, in order of receipt. At most 64.
 */
export type BeforePause = {
  status: "new" | "up" | "down";
  memory: Omit<
    Memory,
    | "flippedAt"
    | "receivedAt"
    | "durations"
    | "hours"
    | "outlierAfterMs"
    | "usualMetrics"
    | "backlog"
    | "beforePause"
  >;
  pings: readonly DeferredPing[];
};

export type Outage = { from: Instant; until: Instant };

/** Slots due from `from` to `through`: those whose deadline was before `at` were missed, one ping met the rest. */
export type SlotSpan = {
  schedule: Schedule;
  from: Instant;
  through: Instant;
  at: Instant;
  arrivedAt: Instant;
  good: boolean;
  runId: string | null;
};
