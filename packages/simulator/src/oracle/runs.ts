import { type Instant, nextAfter } from "@overdue/schedules";
import { type CheckSettings, type Ping } from "@overdue/core";
import { SECOND, type Span } from "../history/history.ts";
import { closeRun, endedBy, isRetry, limitOf, type Note, type Receivers } from "./receivers.ts";
import type { Fact, KnownRun } from "./moments.ts";

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
