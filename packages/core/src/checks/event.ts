import type { Instant } from "@overdue/schedules";
import type { MaintenanceWindow } from "../maintenance/window.ts";
import type { Reason, Status } from "./check.ts";
import type { CheckSettings } from "./settings.ts";

export type PingKind = "start" | "success" | "fail" | "log" | "ignored";

/** One signal from a job, as the receiver accepted it. */
export type Ping = {
  /** Made by the receiver; the run it opens takes it as its id. */
  id: string;
  kind: PingKind;
  /** When the receiver accepted it. */
  at: Instant;
  /** The client's run id, lower case. */
  rid: string | null;
  exitStatus: number | null;
  /** Where it came from, as far as known: tells two runs apart that carry no run id. */
  host: string | null;
  /** Short hash of the body: an exact retry has the same. Null for an empty body. */
  digest: string | null;
  /** The due time that the scheduler handed on to the run; left out where it did not. */
  dueAt?: Instant;
};

/**
 * `knownUntil` is the watermark: everything accepted before it is known, so deadlines up to it may be evaluated.
 * Without it everything up to the event's own instant is taken as known.
 */
export type Event =
  | { kind: "ping"; ping: Ping; knownUntil?: Instant }
  /** Everything accepted before `now` is known: deadlines up to `now` may be evaluated. */
  | { kind: "time"; now: Instant }
  | { kind: "pause"; at: Instant; knownUntil?: Instant }
  | { kind: "resume"; at: Instant; knownUntil?: Instant }
  /** The check is to be as if it had not been paused. */
  | { kind: "undo-pause"; at: Instant; knownUntil?: Instant }
  | { kind: "edit"; at: Instant; settings: CheckSettings; knownUntil?: Instant }
  /** "This is normal now": what was usual for its runs so far is forgotten. */
  | { kind: "baseline-reset"; at: Instant }
  /** Overdue could not receive in this span: nothing inside it is evaluated before `until` plus the grace. */
  | { kind: "outage"; from: Instant; until: Instant }
  /** The clock that decides was set back to `at`: nothing was heard or decided after it. */
  | { kind: "clock-set-back"; at: Instant }
  /** From now on these windows hold for the check, in place of all before. */
  | { kind: "maintenance"; at: Instant; windows: readonly MaintenanceWindow[]; knownUntil?: Instant };

export type Run = {
  id: string;
  rid: string | null;
  host: string | null;
  /** Null when only its end was heard. */
  startedAt: Instant | null;
  /** Null while it runs. */
  endedAt: Instant | null;
  outcome: "running" | "success" | "fail" | "lost";
  durationMs: number | null;
  exitStatus: number | null;
  overlong: boolean;
  /** Start and end were matched by host and order, not by a run id. */
  guessed: boolean;
};

export type Slot = {
  dueAt: Instant;
  outcome: "on-time" | "early" | "late" | "missed" | "failed" | "excluded";
  /** When it was decided: the ping's or the deadline's instant. */
  at: Instant;
  /** Positive: after `dueAt`; negative: before; null where nothing came. */
  lateMs: number | null;
  runId: string | null;
  /**
   * Why it was excluded; left out where Overdue could not hear. Of a missed one: the run before was still going
   * when it was due ("overlap").
   */
  because?: "maintenance" | "overlap";
};

export type Flip = {
  deadlineSeq: number;
  /** The deadline's or the ping's instant, not the moment of noticing. */
  at: Instant;
  from: Status;
  to: Status;
  reason: Reason | null;
  /** Whether people are notified. */
  alerts: boolean;
};

/** What an alert says about why; plain JSON, stored with the incident. */
export type Evidence = {
  expectedAt: Instant | null;
  deadlineAt: Instant | null;
  lastHeardAt: Instant | null;
  exitStatus: number | null;
  runId: string | null;
  /** Number of the ping that decided it, null where a deadline did. */
  pingNumber: number | null;
  /** For overlong and too quick: how long it ran and what was allowed. */
  durationMs: number | null;
  limitMs: number | null;
  /** For an outlier: how long the last so many took. */
  baseline?: { medianMs: number; runs: number };
  /**
   * Of a run that did not come: what its scheduler makes up, in words; from when on it will not come any more, null while
   * it may; and when the next is due.
   */
  policy?: { text: string; lostFrom: Instant | null; nextAt: Instant | null };
};

export type Effect =
  /** The ping's number, and the kind it is stored as (a paused check ignores, a retry is a duplicate). */
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

/** What `fold` answers. `nextAt`: the next instant at which time matters for this check, null for never. */
export type Transition<C> = { check: C; effects: readonly Effect[]; nextAt: Instant | null };
