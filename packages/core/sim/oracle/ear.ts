import type { Instant } from "@overdue/schedules";
import type { CheckSettings, Ping, Run } from "../../src/index.ts";
import { MINUTE, SECOND, type Span } from "../history/history.ts";
import type { KnownRun, Moment } from "./moments.ts";
import { moved } from "./outages.ts";

export type Note = "duplicate" | "out-of-order" | "paused" | null;

/** What was heard so far, while a history is read from its beginning. */
export type Ear = {
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
export function limitOf({ settings, outages }: Ear, run: KnownRun): Instant {
  const limitMs = (settings.maxRuntimeSeconds ?? settings.graceSeconds) * SECOND;
  return moved(outages, { from: run.startedAt ?? run.limitFrom, until: run.limitFrom + limitMs }, settings);
}

/** An equal ping within this time is the same one, sent again. */
export function isRetry({ settings }: Ear, earlier: Instant, later: Instant): boolean {
  return Math.abs(later - earlier) <= Math.min((settings.graceSeconds * SECOND) / 2, 10 * MINUTE);
}

/** Its end was heard, or will not be waited for. */
export function close(ear: Ear, run: KnownRun, end: Pick<Run, "endedAt" | "outcome">): void {
  Object.assign(run, end);
  ear.open = ear.open.filter((other) => other !== run);
  remember(ear, run);
}

/** A run with an id is known again; `fold` remembers 32 of them, more than a made-up job has at a time. */
export function remember(ear: Ear, run: KnownRun): void {
  if (run.rid === null) return;
  ear.closed = [...ear.closed.filter((other) => other !== run), run].slice(-CLOSED_MAX);
}
