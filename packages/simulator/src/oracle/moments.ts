import type { Instant } from "@overdue/schedules";
import type { CheckSettings, Ping, Reason, Run } from "@overdue/core";

/** A run as the oracle knows it. */
export type KnownRun = Run & {
  digest: string | null;
  /** The first of its starts that was heard after its end. */
  lateStartAt?: Instant;
  /** Since when its limit counts: its start, or the last progress. */
  limitFrom: Instant;
  /** The slot that its start was counted for. */
  slotDueAt: Instant | null;
};

/** What happened that may matter for the status, in order; what does not count is left out. */
export type Moment = { at: Instant; settings: CheckSettings } & (
  | { kind: "start"; ping: Ping; run: KnownRun; overlaps: boolean }
  | { kind: "end"; ping: Ping; run: KnownRun; begunAt: Instant; bad: Reason | null }
  | { kind: "log"; ping: Ping }
  | { kind: "overlong"; run: KnownRun }
  | { kind: "pause" | "resume" | "edit" | "maintenance" }
);
