import type { Instant } from "@overdue/schedules";
import type { CheckSettings, Ping, Run } from "@overdue/core";
import { MINUTE, SECOND, type Span } from "../history/history.ts";
import type { KnownRun, Moment } from "./moments.ts";
import { postponeForOutages } from "./outages.ts";

export type Note = "duplicate" | "out-of-order" | "paused" | null;

/** What was heard so far, while a history is read from its beginning. */
export type Receivers = {
  settings: CheckSettings;
  outages: readonly Span[];
  moments: Moment[];
  notes: Note[];
  runs: KnownRun[];
  open: KnownRun[];
  /** Ended or lost, newest last. */
  closed: KnownRun[];
  /** By run id. */
  ends: Map<string, Ping[]>;
  ignores: boolean;
};

const CLOSED_MAX = 100;

/** When this run is overlong. */
export function limitOf({ settings, outages }: Receivers, run: KnownRun): Instant {
  const limitMs = (settings.maxRuntimeSeconds ?? settings.graceSeconds) * SECOND;
  return postponeForOutages(
    outages,
    { from: run.startedAt ?? run.limitFrom, until: run.limitFrom + limitMs },
    settings,
  );
}

/** An equal ping within this time is the same one, sent again. */
export function isRetry({ settings }: Receivers, earlier: Instant, later: Instant): boolean {
  return Math.abs(later - earlier) <= Math.min((settings.graceSeconds * SECOND) / 2, 10 * MINUTE);
}

/** Its end was heard, or will not be waited for. */
export function closeRun(receivers: Receivers, run: KnownRun, end: Pick<Run, "endedAt" | "outcome">): void {
  Object.assign(run, end);
  receivers.open = receivers.open.filter((other) => other !== run);
  rememberRun(receivers, run);
}

/** A run with an id is known again; `fold` remembers 32 of them, more than a made-up job has at a time. */
export function rememberRun(receivers: Receivers, run: KnownRun): void {
  if (run.rid === null) return;
  receivers.closed = [...receivers.closed.filter((other) => other !== run), run].slice(-CLOSED_MAX);
}
