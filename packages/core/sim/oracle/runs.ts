import { type Instant, nextAfter } from "@overdue/schedules";
import { type CheckSettings, type Ping } from "../../src/index.ts";
import { SECOND, type Span } from "../history/history.ts";
import { close, isRetry, limitOf, type Ear, type Note } from "./ear.ts";
import type { Fact } from "./facts.ts";
import { endedBy } from "./matching.ts";
import type { KnownRun } from "./moments.ts";

const OPEN_MAX = 50;
/** An id names one run: its start may be sent again, or come late, for so long whatever is due by then. */
const AGAIN_MS = 90 * SECOND;

/** Rules 9, 10 and 20 to 28: which pings count, and which runs they make. */
export function hear(
  facts: readonly Fact[],
  { outages, settings, horizon }: { outages: readonly Span[]; settings: CheckSettings; horizon: Instant },
): Ear {
  const nothing = { moments: [], notes: [], runs: [], open: [], closed: [], ends: new Map<string, Ping[]>() };
  const ear: Ear = { ...nothing, settings, outages, ignores: false };
  for (const fact of facts) {
    passLimits(ear, fact.at);
    if (fact.event.kind === "ping") ear.notes.push(hearPing(ear, fact.event.ping));
    else hearAct(ear, fact);
  }
  passLimits(ear, horizon);
  return ear;
}

function passLimits(ear: Ear, until: Instant): void {
  const passed = ear.open
    .filter((run) => !run.overlong)
    .map((run) => ({ run, at: limitOf(ear, run) }))
    .filter(({ at }) => at <= until);
  for (const { run, at } of passed.toSorted((a, b) => a.at - b.at)) {
    run.overlong = true;
    ear.moments.push({ at, settings: ear.settings, kind: "overlong", run });
    ear.ignores = false;
  }
}

function hearAct(ear: Ear, { at, event, settings }: Fact): void {
  if (event.kind === "ping") return;
  ear.settings = settings;
  ear.moments.push({ at, settings, kind: event.kind });
  if (event.kind !== "edit" && event.kind !== "maintenance") ear.ignores = event.kind === "pause";
  if (event.kind === "pause") for (const run of ear.open) close(ear, run, { endedAt: at, outcome: "lost" });
}

/** Clients send a ping again for up to 90 s: within that no slot has come due for another run. */
function isSentAgain({ settings }: Ear, earlier: Instant, later: Instant): boolean {
  const dueAt = nextAfter(settings.schedule, earlier) ?? Infinity;
  return later >= earlier && later - earlier <= AGAIN_MS && later < dueAt;
}

function hearPing(ear: Ear, ping: Ping): Note {
  const { at } = ping;
  const { settings } = ear;
  if (ear.ignores && settings.manualResume) return "paused";
  switch (ping.kind) {
    case "start":
      return hearStart(ear, ping);
    case "success":
    case "fail":
      return hearEnd(ear, ping);
    case "log":
      extend(
        ear,
        ear.open.findLast((run) => (ping.rid === null ? run.host === ping.host : run.rid === ping.rid)),
        at,
      );
      ear.moments.push({ at, settings, kind: "log", ping });
      return null;
    case "ignored":
      return null;
  }
}

function extend({ settings }: Ear, run: KnownRun | undefined, at: Instant): void {
  if (settings.progressExtends && run && !run.overlong) run.limitFrom = at;
}

function hearStart(ear: Ear, ping: Ping): Note {
  const { at, rid, host } = ping;
  const { settings } = ear;
  const side = settings.maxRuntimeSeconds !== null || settings.overlap !== "allow";
  const same = ear.open.findLast((run) =>
    rid === null ? run.rid === null && run.host === host : run.rid === rid,
  );
  if (rid === null) {
    const again = same && side && settings.overlap === "allow" && same.digest === ping.digest;
    if (again && at - (same.startedAt ?? at) <= 5 * SECOND) return "duplicate";
    if (same && !side) close(ear, same, { endedAt: at, outcome: "lost" });
  } else {
    if (same && (side || settings.progressExtends || isRetry(ear, same.startedAt ?? at, at))) {
      extend(ear, same, at);
      if (settings.progressExtends) ear.moments.push({ at, settings, kind: "log", ping });
      return settings.progressExtends ? null : "duplicate";
    }
    if (same) close(ear, same, { endedAt: at, outcome: "lost" });
    const ended = ear.closed.findLast((run) => run.rid === rid);
    const endedAt = ended?.endedAt ?? at;
    if (ended && !same && (isRetry(ear, endedAt, at) || at - endedAt <= AGAIN_MS))
      return ended.startedAt === null ? "out-of-order" : "duplicate";
  }
  const overlaps = ear.open.some((run) => !run.overlong);
  if (ear.open.length === OPEN_MAX && ear.open[0]) close(ear, ear.open[0], { endedAt: at, outcome: "lost" });
  const run = begun(ping);
  ear.runs.push(run);
  ear.open.push(run);
  ear.moments.push({ at, settings, kind: "start", ping, run, overlaps });
  return null;
}

function hearEnd(ear: Ear, ping: Ping): Note {
  const { at, rid, kind, digest } = ping;
  const ends = ear.ends.get(rid ?? "") ?? [];
  const retried = ends.findLast((end) => end.kind === kind && end.digest === digest);
  if (rid !== null && retried && (isRetry(ear, retried.at, at) || isSentAgain(ear, retried.at, at)))
    return "duplicate";
  if (rid !== null) ear.ends.set(rid, [...ends, ping]);
  const isFirstEnd = new Set([
    ...ear.open,
    ...ear.closed.filter(({ outcome, guessed }) => outcome === "lost" || guessed),
  ]);
  const run = endedBy(ear, ping);
  const begunAt = (isFirstEnd.has(run) ? run.startedAt : null) ?? at;
  const { minRuntimeSeconds } = ear.settings;
  const quick = minRuntimeSeconds !== null && (run.durationMs ?? Infinity) < minRuntimeSeconds * SECOND;
  const bad = kind === "fail" ? "failed" : quick ? "too-quick" : null;
  run.outcome = bad === null ? "success" : "fail";
  ear.ignores = false;
  ear.moments.push({ at, settings: ear.settings, kind: "end", ping, run, begunAt, bad });
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
