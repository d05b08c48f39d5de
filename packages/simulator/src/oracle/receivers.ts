import type { CheckSettings, Ping, Run } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { MINUTE, SECOND, type Span } from "../history/history.ts";
import type { KnownRun, Moment } from "./moments.ts";
import { postponeForOutages } from "./postpone.ts";

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
function rememberRun(receivers: Receivers, run: KnownRun): void {
  if (run.rid === null) return;
  receivers.closed = [...receivers.closed.filter((other) => other !== run), run].slice(-CLOSED_MAX);
}

/** Rules 21, 22 and 24: the run that this ping ends, made up where nothing fits. */
export function endedBy(receivers: Receivers, ping: Ping): KnownRun {
  const named = ping.rid === null ? undefined : byId(receivers, ping.rid);
  const guessed = named ? undefined : byHost(receivers, ping.host);
  const run = named ?? guessed ?? newest(receivers, ping);
  if (run === undefined) return unstarted(receivers, ping);
  const timed = run === named || run === guessed;
  run.guessed = run !== named;
  run.durationMs = timed && run.startedAt !== null ? ping.at - run.startedAt : null;
  run.exitStatus = ping.exitStatus;
  closeRun(receivers, run, { endedAt: ping.at, outcome: "success" });
  giveUpBefore(receivers, run.startedAt ?? ping.at, ping.at);
  return run;
}

/** Nobody waits any longer for an overlong run that began before one that has ended. */
function giveUpBefore(receivers: Receivers, begunAt: Instant, at: Instant): void {
  for (const run of receivers.open.filter(
    ({ overlong, startedAt }) => overlong && (startedAt ?? at) < begunAt,
  ))
    closeRun(receivers, run, { endedAt: at, outcome: "lost" });
}

/** Its own end may come after it was given up, or taken for ended by another's. */
function byId({ open, closed }: Receivers, rid: string): KnownRun | undefined {
  return (
    open.findLast((run) => run.rid === rid) ??
    closed.findLast((run) => run.rid === rid && (run.outcome === "lost" || run.guessed))
  );
}

function byHost({ open }: Receivers, host: string | null): KnownRun | undefined {
  const nameless = open.filter((run) => run.rid === null);
  const near = nameless.filter((run) => run.host === host);
  const candidates = near.length > 0 ? near : nameless;
  return candidates.find((run) => !run.overlong) ?? candidates.at(-1);
}

function newest({ open }: Receivers, { rid, kind }: Ping): KnownRun | undefined {
  return kind === "fail" || rid === null ? open.at(-1) : undefined;
}

function unstarted(receivers: Receivers, { id, rid, host, at, exitStatus, digest }: Ping): KnownRun {
  const known = {
    id,
    rid,
    host,
    startedAt: null,
    endedAt: at,
    outcome: "success",
    durationMs: null,
  } as const;
  const run = {
    ...known,
    exitStatus,
    overlong: false,
    guessed: false,
    digest,
    limitFrom: at,
    slotDueAt: null,
  };
  receivers.runs.push(run);
  rememberRun(receivers, run);
  giveUpBefore(receivers, at, at);
  return run;
}
