import { type Instant, nextAfter } from "@overdue/schedules";
import type { CheckSettings, Ping, Run } from "@overdue/core";
import { SECOND, type Span, MINUTE } from "../history/history.ts";
import type { Fact, KnownRun, Moment } from "./moments.ts";
import { postponeDeadline } from "./postpone.ts";

const OPEN_RUNS_MAX = 50;
/** How long clients send a ping again. Within that, a start with a known run id belongs to the same run, whatever is due. */
const RESEND_MS = 90 * SECOND;

/** Rules 9, 10 and 20 to 28: which pings count, and which runs they start and end. */
export function receiveFacts(
  facts: readonly Fact[],
  { outages, settings, horizon }: { outages: readonly Span[]; settings: CheckSettings; horizon: Instant },
): Received {
  const nothing = { moments: [], notes: [], runs: [], open: [], closed: [], ends: new Map<string, Ping[]>() };
  const received: Received = { ...nothing, settings, outages, ignores: false };
  for (const fact of facts) {
    passLimits(received, fact.at);
    if (fact.event.kind === "ping") received.notes.push(receivePing(received, fact.event.ping));
    else applyAct(received, fact);
  }
  passLimits(received, horizon);
  return received;
}

function passLimits(received: Received, until: Instant): void {
  const passed = received.open
    .filter((run) => !run.overlong)
    .map((run) => ({ run, at: limitOf(received, run) }))
    .filter(({ at }) => at <= until);
  for (const { run, at } of passed.toSorted((a, b) => a.at - b.at)) {
    run.overlong = true;
    received.moments.push({ at, settings: received.settings, kind: "overlong", run });
    received.ignores = false;
  }
}

function applyAct(received: Received, { at, event, settings }: Fact): void {
  if (event.kind === "ping") return;
  received.settings = settings;
  received.moments.push({ at, settings, kind: event.kind });
  if (event.kind !== "edit" && event.kind !== "maintenance") received.ignores = event.kind === "pause";
  if (event.kind === "pause")
    for (const run of received.open) closeRun(received, run, { endedAt: at, outcome: "lost" });
}

/** Whether a ping may be an earlier one, sent again: within the time for that, and before a slot is due for another run. */
function isSentAgain({ settings }: Received, earlier: Instant, later: Instant): boolean {
  const dueAt = nextAfter(settings.schedule, earlier) ?? Infinity;
  return later >= earlier && later - earlier <= RESEND_MS && later < dueAt;
}

function receivePing(received: Received, ping: Ping): Note {
  const { at } = ping;
  const { settings } = received;
  if (received.ignores && settings.manualResume) return "paused";
  switch (ping.kind) {
    case "start":
      return receiveStart(received, ping);
    case "success":
    case "fail":
      return receiveEnd(received, ping);
    case "log":
      extend(
        received,
        received.open.findLast((run) => (ping.rid === null ? run.host === ping.host : run.rid === ping.rid)),
        at,
      );
      received.moments.push({ at, settings, kind: "log", ping });
      return null;
    case "ignored":
      return null;
  }
}

/** Progress makes the limit of a run count from now, if the settings say so. */
function extend({ settings }: Received, run: KnownRun | undefined, at: Instant): void {
  if (settings.progressExtends && run && !run.overlong) run.limitFrom = at;
}

function receiveStart(received: Received, ping: Ping): Note {
  const { at, rid, host } = ping;
  const { settings } = received;
  const mayOverlap = settings.maxRuntimeSeconds !== null || settings.overlap !== "allow";
  const same = received.open.findLast((run) =>
    rid === null ? run.rid === null && run.host === host : run.rid === rid,
  );
  if (rid === null) {
    const again = same && mayOverlap && settings.overlap === "allow" && same.digest === ping.digest;
    if (again && at - (same.startedAt ?? at) <= 5 * SECOND) return "duplicate";
    if (same && !mayOverlap) closeRun(received, same, { endedAt: at, outcome: "lost" });
  } else {
    if (same && (mayOverlap || settings.progressExtends || isRetry(received, same.startedAt ?? at, at))) {
      extend(received, same, at);
      if (settings.progressExtends) received.moments.push({ at, settings, kind: "log", ping });
      return settings.progressExtends ? null : "duplicate";
    }
    if (same) closeRun(received, same, { endedAt: at, outcome: "lost" });
    const ended = received.closed.findLast((run) => run.rid === rid);
    const endedAt = ended?.endedAt ?? at;
    const lateMs = at - (ended?.lateStartAt ?? endedAt);
    if (ended && !same && (isRetry(received, endedAt, at) || lateMs <= RESEND_MS)) {
      if (ended.startedAt === null) ended.lateStartAt ??= at;
      return ended.startedAt === null ? "out-of-order" : "duplicate";
    }
  }
  const overlaps = received.open.some((run) => !run.overlong);
  if (received.open.length === OPEN_RUNS_MAX && received.open[0])
    closeRun(received, received.open[0], { endedAt: at, outcome: "lost" });
  const run = openRun(ping);
  received.runs.push(run);
  received.open.push(run);
  received.moments.push({ at, settings, kind: "start", ping, run, overlaps });
  return null;
}

function receiveEnd(received: Received, ping: Ping): Note {
  const { at, rid, kind, digest } = ping;
  const ends = received.ends.get(rid ?? "") ?? [];
  const retried = ends.findLast((end) => end.kind === kind && end.digest === digest);
  if (rid !== null && retried && (isRetry(received, retried.at, at) || isSentAgain(received, retried.at, at)))
    return "duplicate";
  if (rid !== null) received.ends.set(rid, [...ends, ping]);
  const isFirstEnd = new Set([
    ...received.open,
    ...received.closed.filter(({ outcome, guessed }) => outcome === "lost" || guessed),
  ]);
  const run = endedBy(received, ping);
  const begunAt = (isFirstEnd.has(run) ? run.startedAt : null) ?? at;
  const { minRuntimeSeconds } = received.settings;
  const quick = minRuntimeSeconds !== null && (run.durationMs ?? Infinity) < minRuntimeSeconds * SECOND;
  const bad = kind === "fail" ? "failed" : quick ? "too-quick" : null;
  run.outcome = bad === null ? "success" : "fail";
  received.ignores = false;
  received.moments.push({ at, settings: received.settings, kind: "end", ping, run, begunAt, bad });
  return null;
}

function openRun({ id, rid, host, at, digest }: Ping): KnownRun {
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

/** What was received so far, while a history is read from its beginning. */
type Received = {
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
  /** The check is paused, so that pings do not count if it must be resumed by hand. */
  ignores: boolean;
};

const CLOSED_RUNS_MAX = 100;

/** When this run becomes overlong. */
function limitOf({ settings, outages }: Received, run: KnownRun): Instant {
  const limitMs = (settings.maxRuntimeSeconds ?? settings.graceSeconds) * SECOND;
  return postponeDeadline(
    outages,
    { from: run.startedAt ?? run.limitFrom, until: run.limitFrom + limitMs },
    settings,
  );
}

/** Whether an equal ping is near enough to be the same one, sent again. */
function isRetry({ settings }: Received, earlier: Instant, later: Instant): boolean {
  return Math.abs(later - earlier) <= Math.min((settings.graceSeconds * SECOND) / 2, 10 * MINUTE);
}

/** Closes a run that has ended, or whose end is no longer waited for. */
function closeRun(received: Received, run: KnownRun, end: Pick<Run, "endedAt" | "outcome">): void {
  Object.assign(run, end);
  received.open = received.open.filter((other) => other !== run);
  rememberRun(received, run);
}

/** Remembers a closed run by its id. `fold` remembers 32 of them, more than a generated job has at a time. */
function rememberRun(received: Received, run: KnownRun): void {
  if (run.rid === null) return;
  received.closed = [...received.closed.filter((other) => other !== run), run].slice(-CLOSED_RUNS_MAX);
}

/** Rules 21, 22 and 24: the run that this ping ends; one without a start if none fits. */
function endedBy(received: Received, ping: Ping): KnownRun {
  const named = ping.rid === null ? undefined : byId(received, ping.rid);
  const guessed = named ? undefined : byHost(received, ping.host);
  const run = named ?? guessed ?? newest(received, ping);
  if (run === undefined) return endOnlyRun(received, ping);
  const timed = run === named || run === guessed;
  run.guessed = run !== named;
  run.durationMs = timed && run.startedAt !== null ? ping.at - run.startedAt : null;
  run.exitStatus = ping.exitStatus;
  closeRun(received, run, { endedAt: ping.at, outcome: "success" });
  giveUpBefore(received, run.startedAt ?? ping.at, ping.at);
  return run;
}

/** Gives up the overlong runs that began before a run which has ended. */
function giveUpBefore(received: Received, begunAt: Instant, at: Instant): void {
  for (const run of received.open.filter(
    ({ overlong, startedAt }) => overlong && (startedAt ?? at) < begunAt,
  ))
    closeRun(received, run, { endedAt: at, outcome: "lost" });
}

/** The run with this id. Its own end may come after it was given up, or after the end of another run was taken for its own. */
function byId({ open, closed }: Received, rid: string): KnownRun | undefined {
  return (
    open.findLast((run) => run.rid === rid) ??
    closed.findLast((run) => run.rid === rid && (run.outcome === "lost" || run.guessed))
  );
}

function byHost({ open }: Received, host: string | null): KnownRun | undefined {
  const nameless = open.filter((run) => run.rid === null);
  const near = nameless.filter((run) => run.host === host);
  const candidates = near.length > 0 ? near : nameless;
  return candidates.find((run) => !run.overlong) ?? candidates.at(-1);
}

function newest({ open }: Received, { rid, kind }: Ping): KnownRun | undefined {
  return kind === "fail" || rid === null ? open.at(-1) : undefined;
}

function endOnlyRun(received: Received, { id, rid, host, at, exitStatus, digest }: Ping): KnownRun {
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
  received.runs.push(run);
  rememberRun(received, run);
  giveUpBefore(received, at, at);
  return run;
}
