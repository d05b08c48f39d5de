import { type Instant, nextAfter } from "@overdue/schedules";
import type { CheckSettings, Ping, Run } from "@overdue/core";
import { SECOND, type Span, MINUTE } from "../history/history.ts";
import type { Fact, KnownRun, Moment } from "./moments.ts";
import { postponeForOutages } from "./postpone.ts";

const OPEN_MAX = 50;
/** An id names one run: its start may be sent again, or come late, for so long whatever is due by then. */
const AGAIN_MS = 90 * SECOND;

/** Rules 9, 10 and 20 to 28: which pings count, and which runs they make. */
export function receivePing(
  facts: readonly Fact[],
  { outages, settings, horizon }: { outages: readonly Span[]; settings: CheckSettings; horizon: Instant },
): Receivers {
  const nothing = { moments: [], notes: [], runs: [], open: [], closed: [], ends: new Map<string, Ping[]>() };
  const receivers: Receivers = { ...nothing, settings, outages, ignores: false };
  for (const fact of facts) {
    passLimits(receivers, fact.at);
    if (fact.event.kind === "ping") receivers.notes.push(hearPing(receivers, fact.event.ping));
    else hearAct(receivers, fact);
  }
  passLimits(receivers, horizon);
  return receivers;
}

function passLimits(receivers: Receivers, until: Instant): void {
  const passed = receivers.open
    .filter((run) => !run.overlong)
    .map((run) => ({ run, at: limitOf(receivers, run) }))
    .filter(({ at }) => at <= until);
  for (const { run, at } of passed.toSorted((a, b) => a.at - b.at)) {
    run.overlong = true;
    receivers.moments.push({ at, settings: receivers.settings, kind: "overlong", run });
    receivers.ignores = false;
  }
}

function hearAct(receivers: Receivers, { at, event, settings }: Fact): void {
  if (event.kind === "ping") return;
  receivers.settings = settings;
  receivers.moments.push({ at, settings, kind: event.kind });
  if (event.kind !== "edit" && event.kind !== "maintenance") receivers.ignores = event.kind === "pause";
  if (event.kind === "pause")
    for (const run of receivers.open) closeRun(receivers, run, { endedAt: at, outcome: "lost" });
}

/** Clients send a ping again for up to 90 s: within that no slot has come due for another run. */
function isSentAgain({ settings }: Receivers, earlier: Instant, later: Instant): boolean {
  const dueAt = nextAfter(settings.schedule, earlier) ?? Infinity;
  return later >= earlier && later - earlier <= AGAIN_MS && later < dueAt;
}

function hearPing(receivers: Receivers, ping: Ping): Note {
  const { at } = ping;
  const { settings } = receivers;
  if (receivers.ignores && settings.manualResume) return "paused";
  switch (ping.kind) {
    case "start":
      return hearStart(receivers, ping);
    case "success":
    case "fail":
      return hearEnd(receivers, ping);
    case "log":
      extend(
        receivers,
        receivers.open.findLast((run) => (ping.rid === null ? run.host === ping.host : run.rid === ping.rid)),
        at,
      );
      receivers.moments.push({ at, settings, kind: "log", ping });
      return null;
    case "ignored":
      return null;
  }
}

function extend({ settings }: Receivers, run: KnownRun | undefined, at: Instant): void {
  if (settings.progressExtends && run && !run.overlong) run.limitFrom = at;
}

function hearStart(receivers: Receivers, ping: Ping): Note {
  const { at, rid, host } = ping;
  const { settings } = receivers;
  const side = settings.maxRuntimeSeconds !== null || settings.overlap !== "allow";
  const same = receivers.open.findLast((run) =>
    rid === null ? run.rid === null && run.host === host : run.rid === rid,
  );
  if (rid === null) {
    const again = same && side && settings.overlap === "allow" && same.digest === ping.digest;
    if (again && at - (same.startedAt ?? at) <= 5 * SECOND) return "duplicate";
    if (same && !side) closeRun(receivers, same, { endedAt: at, outcome: "lost" });
  } else {
    if (same && (side || settings.progressExtends || isRetry(receivers, same.startedAt ?? at, at))) {
      extend(receivers, same, at);
      if (settings.progressExtends) receivers.moments.push({ at, settings, kind: "log", ping });
      return settings.progressExtends ? null : "duplicate";
    }
    if (same) closeRun(receivers, same, { endedAt: at, outcome: "lost" });
    const ended = receivers.closed.findLast((run) => run.rid === rid);
    const endedAt = ended?.endedAt ?? at;
    const lateMs = at - (ended?.lateStartAt ?? endedAt);
    if (ended && !same && (isRetry(receivers, endedAt, at) || lateMs <= AGAIN_MS)) {
      if (ended.startedAt === null) ended.lateStartAt ??= at;
      return ended.startedAt === null ? "out-of-order" : "duplicate";
    }
  }
  const overlaps = receivers.open.some((run) => !run.overlong);
  if (receivers.open.length === OPEN_MAX && receivers.open[0])
    closeRun(receivers, receivers.open[0], { endedAt: at, outcome: "lost" });
  const run = begun(ping);
  receivers.runs.push(run);
  receivers.open.push(run);
  receivers.moments.push({ at, settings, kind: "start", ping, run, overlaps });
  return null;
}

function hearEnd(receivers: Receivers, ping: Ping): Note {
  const { at, rid, kind, digest } = ping;
  const ends = receivers.ends.get(rid ?? "") ?? [];
  const retried = ends.findLast((end) => end.kind === kind && end.digest === digest);
  if (
    rid !== null &&
    retried &&
    (isRetry(receivers, retried.at, at) || isSentAgain(receivers, retried.at, at))
  )
    return "duplicate";
  if (rid !== null) receivers.ends.set(rid, [...ends, ping]);
  const isFirstEnd = new Set([
    ...receivers.open,
    ...receivers.closed.filter(({ outcome, guessed }) => outcome === "lost" || guessed),
  ]);
  const run = endedBy(receivers, ping);
  const begunAt = (isFirstEnd.has(run) ? run.startedAt : null) ?? at;
  const { minRuntimeSeconds } = receivers.settings;
  const quick = minRuntimeSeconds !== null && (run.durationMs ?? Infinity) < minRuntimeSeconds * SECOND;
  const bad = kind === "fail" ? "failed" : quick ? "too-quick" : null;
  run.outcome = bad === null ? "success" : "fail";
  receivers.ignores = false;
  receivers.moments.push({ at, settings: receivers.settings, kind: "end", ping, run, begunAt, bad });
  return null;
}

function begun({ id, rid, host, at, digest }: Ping): KnownRun {
  const fate = {
    endedAt: null,
    outcome: "running",
    durationMs: null,
    exitStatus: null,
    overlong: false,
  } as const;
  return { id, rid, host, startedAt: at, ...fate, guessed: false, digest, limitFrom: at, slotDueAt: null };
}

type Note = "duplicate" | "out-of-order" | "paused" | null;

/** What was heard so far, while a history is read from its beginning. */
type Receivers = {
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
function limitOf({ settings, outages }: Receivers, run: KnownRun): Instant {
  const limitMs = (settings.maxRuntimeSeconds ?? settings.graceSeconds) * SECOND;
  return postponeForOutages(
    outages,
    { from: run.startedAt ?? run.limitFrom, until: run.limitFrom + limitMs },
    settings,
  );
}

/** An equal ping within this time is the same one, sent again. */
function isRetry({ settings }: Receivers, earlier: Instant, later: Instant): boolean {
  return Math.abs(later - earlier) <= Math.min((settings.graceSeconds * SECOND) / 2, 10 * MINUTE);
}

/** Its end was heard, or will not be waited for. */
function closeRun(receivers: Receivers, run: KnownRun, end: Pick<Run, "endedAt" | "outcome">): void {
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
function endedBy(receivers: Receivers, ping: Ping): KnownRun {
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
