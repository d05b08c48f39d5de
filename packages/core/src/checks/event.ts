import type { Instant } from "@overdue/schedules";
import type { MaintenanceWindow } from "../maintenance/window.ts";
import type { MetricValues, ReportedMetrics } from "../metrics/read-metrics.ts";
import type { Reason, Status } from "./check.ts";
import type { CheckSettings } from "./settings.ts";

export type PingKind = "start" | "success" | "fail" | "log" | "ignored";

/** One signal from a job, as the receiver accepted it. */
export type Ping = {
  /** Assigned by the receiver; a run that the ping opens gets the same id. */
  id: string;
  kind: PingKind;
  /** When the receiver accepted it; where its sender says how long ago it happened, so much earlier. */
  at: Instant;
  /** The client's run id, lower case. */
  rid: string | null;
  exitStatus: number | null;
  /** The address it came from, if known: it tells runs without a run id apart. */
  host: string | null;
  /** A short hash of the body, by which an exact retry is recognised. Null for an empty body. */
  digest: string | null;
  /** The due time that the scheduler handed on to the run; left out where it did not. */
  dueAt?: Instant;
  /** How long the run took by its client's own clock, in milliseconds; used where its start was not heard. */
  durationMs?: number;
  /** The numbers that it reports; left out where there are none. */
  metrics?: ReportedMetrics;
  /** It came long after `at`, since its sender could not reach Overdue (rule 29a); left out where it came at once. */
  isLate?: true;
};

/**
 * `knownUntil` is the watermark: all pings accepted before it are known, so deadlines up to it may be evaluated.
 * Without it, all pings up to the event's own instant are taken as known.
 */
export type Event =
  | { kind: "ping"; ping: Ping; knownUntil?: Instant }
  /** All pings accepted before `now` are known: deadlines up to `now` may be evaluated. */
  | { kind: "time"; now: Instant }
  | { kind: "pause"; at: Instant; knownUntil?: Instant }
  | { kind: "resume"; at: Instant; knownUntil?: Instant }
  /** The check is to be as if it had not been paused. */
  | { kind: "undo-pause"; at: Instant; knownUntil?: Instant }
  | { kind: "edit"; at: Instant; settings: CheckSettings; knownUntil?: Instant }
  /** "This is normal now": the durations learned so far are forgotten. */
  | { kind: "baseline-reset"; at: Instant }
  /** Overdue could not receive pings in this span: no deadline in it passes before `until` plus the grace. */
  | { kind: "outage"; from: Instant; until: Instant }
  /** The receiver's clock was set back to `at`: what is stored with a later instant is moved back to it. */
  | { kind: "clock-set-back"; at: Instant }
  /** From now on these windows apply to the check, instead of all earlier ones. */
  | { kind: "maintenance"; at: Instant; windows: readonly MaintenanceWindow[]; knownUntil?: Instant };

export type Run = {
  id: string;
  rid: string | null;
  host: string | null;
  /** Null if only its end was received. */
  startedAt: Instant | null;
  /** Null while it runs. */
  endedAt: Instant | null;
  outcome: "running" | "success" | "fail" | "lost";
  durationMs: number | null;
  exitStatus: number | null;
  overlong: boolean;
  /** Start and end were matched by host and order, not by a run id. */
  guessed: boolean;
  /** The numbers that its pings reported; left out where there are none. */
  metrics?: MetricValues;
};

export type Slot = {
  dueAt: Instant;
  outcome: "on-time" | "early" | "late" | "missed" | "failed" | "excluded";
  /** When the outcome was decided: the ping's or the deadline's instant. */
  at: Instant;
  /** Positive: after `dueAt`; negative: before; null if no ping came. */
  lateMs: number | null;
  runId: string | null;
  /**
   * Why the slot was excluded; left out for an outage. For a missed slot, "overlap": the run before was still open when it
   * was due.
   */
  because?: "maintenance" | "overlap";
};

export type Flip = {
  deadlineSeq: number;
  /** The instant of the deadline or ping, not when it was noticed. */
  at: Instant;
  from: Status;
  to: Status;
  reason: Reason | null;
  /** Whether people are notified. */
  alerts: boolean;
};

/** A metric that is not as a limit of the check asks. */
export type MetricFinding = {
  metric: string;
  /** Null if the run ended well without it. */
  value: number | null;
  /** What was expected; for an outlier as the last good runs make it. */
  min: number | null;
  max: number | null;
  /** What is wrong with what came in place of a number; left out where nothing came. */
  problem?: string | undefined;
  /** For an outlier: the median of the last `runs` good runs. */
  usual?: { median: number; runs: number } | undefined;
};

/** The facts behind an alert; plain JSON, stored with the incident. */
export type Evidence = {
  expectedAt: Instant | null;
  deadlineAt: Instant | null;
  lastHeardAt: Instant | null;
  exitStatus: number | null;
  runId: string | null;
  /** Number of the ping that decided it; null if a deadline did. */
  pingNumber: number | null;
  /** For overlong and too quick: how long it ran and what was allowed. */
  durationMs: number | null;
  limitMs: number | null;
  /** For an outlier: the median of the last `runs` runs. */
  baseline?: { medianMs: number; runs: number };
  /** For a limit of a metric: what was found, in the order of the limits. */
  metrics?: MetricFinding[];
  /**
   * For a run that did not come: what its scheduler makes up, in words; the instant from which the run is lost for certain,
   * null if it may still come; and when the next run is due.
   */
  policy?: { text: string; lostFrom: Instant | null; nextAt: Instant | null };
};

export type Effect =
  /** The ping's number, the kind it is stored as (a paused check may ignore it), and a note, such as that it is a retry. */
  | {
      kind: "ping";
      id: string;
      number: number;
      stored: PingKind;
      note: "duplicate" | "started-again" | "out-of-order" | "paused" | null;
    }
  /** Insert or overwrite the run of this id. */
  | { kind: "run"; run: Run }
  /** Insert or overwrite the slot of this `dueAt`. */
  | { kind: "slot"; slot: Slot }
  | { kind: "flip"; flip: Flip }
  | { kind: "incident-opened"; at: Instant; deadlineSeq: number; reason: Reason; evidence: Evidence }
  | { kind: "incident-resolved"; at: Instant; deadlineSeq: number }
  /** The pause that ended the check's last incident was undone. */
  | { kind: "incident-reopened"; at: Instant; deadlineSeq: number }
  /** Worth a line in the history, not an alert. */
  | { kind: "notice"; at: Instant; notice: Reason | "edited"; evidence: Evidence };

/** What `fold` returns. `nextAt`: when time must be folded into this check next; null for never. */
export type Transition<C> = { check: C; effects: readonly Effect[]; nextAt: Instant | null };
