import type { Check, Effect } from "@overdue/core";
import { everyMs, hasWindows, type Instant, windowMs } from "@overdue/schedules";
import { HOUR, SECOND } from "../history/history.ts";
import type { Machine } from "../world/live.ts";
import { type Arrival, arrivalsOf, type TrueRun, type World } from "./world.ts";

type ReportedAlarm = { at: Instant; until: Instant; reason: string; expectedAt: Instant | null };
export type Finding = { falseAlarms: string[]; silent: string[]; leftOut: number; pings: number };

/** Folds what arrived. @returns alarms although the runs were well, and left-out runs without an alarm in time */
export function examine(world: World, machine: Machine): Finding {
  const arrivals = arrivalsOf(world);
  const alarms = alarmsOf(foldArrivals(world, machine));
  const falseAlarms = alarms
    .filter((alarm) => !isJustified(world, arrivals, alarm) && !isWindowBehind(world, alarms, alarm))
    .map(({ at, reason, expectedAt }) => `${reason} notified at ${at}, for the run due at ${expectedAt}`);
  const due = world.runs.flatMap((run) => reportDeadline(world, arrivals, run) ?? []);
  const silent = due
    .filter((loss) => isSilentLoss(loss, alarms))
    .map(({ dueAt, by }) => `nobody was notified by ${by} that the run due at ${dueAt} was left out`);
  return { falseAlarms, silent, leftOut: due.length, pings: arrivals.length };
}

/** Folds what arrived, and time until long after the last run, so that every deadline passes. @returns all effects */
export function foldArrivals(
  world: World,
  machine: Machine,
  onFold?: (check: Check, effects: readonly Effect[]) => void,
) {
  const { settings, id, madeAt, runs } = world;
  let check = machine.newCheck(id, madeAt, settings);
  const all: Effect[] = [];
  const fold = (event: Parameters<Machine["fold"]>[1]) => {
    const { check: next, effects } = machine.fold(check, event);
    check = next;
    all.push(...effects);
    onFold?.(check, effects);
  };
  for (const { ping } of arrivalsOf(world)) fold({ kind: "ping", ping });
  const limitMs = Math.max(settings.maxRuntimeSeconds ?? 0, settings.graceSeconds) * SECOND;
  const lastAt = runs.at(-1)?.dueAt ?? madeAt;
  fold({
    kind: "time",
    now: lastAt + windowMs(settings.schedule, lastAt) + limitMs + lateMs(settings) + HOUR,
  });
  return all;
}

function alarmsOf(effects: readonly Effect[]): ReportedAlarm[] {
  const alarms: ReportedAlarm[] = [];
  for (const effect of effects) {
    if (effect.kind === "incident-opened") {
      const { at, reason, evidence } = effect;
      alarms.push({ at, until: Infinity, reason, expectedAt: evidence.expectedAt });
    }
    const last = alarms.at(-1);
    if (effect.kind === "incident-resolved" && last !== undefined) last.until = effect.at;
  }
  return alarms;
}

/** A run that was left out, and the instant by which people must be notified. */
type Loss = { dueAt: Instant; by: Instant };

const RESEND_MS = 90 * SECOND;
/** No clock is further ahead. */
const AHEAD_MS_MAX = 5 * SECOND;

/** Whether what an alarm says is true: nothing came for the run that it names, or, with an interval, nothing for that long. */
function isJustified(world: World, arrivals: readonly Arrival[], alarm: ReportedAlarm): boolean {
  if (!["missed", "never-started", "overlap"].includes(alarm.reason)) return false;
  const { schedule } = world.settings;
  const intervalMs = everyMs(schedule);
  if (intervalMs !== null) {
    // Of two machines behind one address, the ping of the second may be taken for a retry of the first.
    const sharedMs = world.habits.hosts === "nat" ? RESEND_MS : 0;
    // A line such as @every 90m counts from the start of the run, whose end comes later.
    const ranMs = schedule.kind === "interval" ? 0 : world.longestMs + RESEND_MS;
    const silentFrom = alarm.at - intervalMs - lateMs(world.settings) + sharedMs + ranMs;
    return !arrivals.some(
      ({ counts, firstAt, ping: { at } }) => counts && firstAt === null && at > silentFrom && at < alarm.at,
    );
  }
  const index = world.runs.findIndex(({ dueAt }) => dueAt + windowMs(schedule, dueAt) === alarm.expectedAt);
  const named = world.runs[index];
  if (named === undefined) return (alarm.expectedAt ?? 0) > (world.runs.at(-1)?.dueAt ?? 0);
  // If windows follow each other, a late run may be taken for the run of the next window, which was left out. The last run has
  // no next one.
  const isOfNext = hasWindows(schedule) && world.runs[index + 1]?.leftOut !== false;
  return (
    named.leftOut ||
    isOfNext ||
    world.runs.slice(0, index).some((before) => isTakenFor(before, { world, arrivals, named }))
  );
}

/**
 * Whether the alarm only names a window beside the window whose run was left out. A job that begins late at the end of its
 * window may have been seen in the next window from its first run on. Of runs left out one after the other, each alarm then
 * names the window after; there are no more alarms than runs that were left out.
 */
function isWindowBehind(
  { runs, settings: { schedule } }: World,
  alarms: readonly ReportedAlarm[],
  { expectedAt }: ReportedAlarm,
): boolean {
  const index = runs.findIndex(({ dueAt }) => dueAt + windowMs(schedule, dueAt) === expectedAt);
  if (!hasWindows(schedule) || index < 1) return false;
  const before = runs.slice(0, index);
  const leftOut = before.slice(before.findLastIndex((run) => !run.leftOut) + 1);
  const from = leftOut[0]?.dueAt ?? Infinity;
  const named = alarms.filter(
    (alarm) => (alarm.expectedAt ?? 0) >= from && (alarm.expectedAt ?? 0) <= (expectedAt ?? 0),
  );
  return leftOut.length > 0 && named.length <= leftOut.length;
}

type Named = { world: World; arrivals: readonly Arrival[]; named: TrueRun };

/**
 * Whether the run named by the alarm may have been taken for an earlier one that was left out. If the grace reaches to the next
 * run, which came before the deadline, that run may be the late one, and so on as far as the grace reaches.
 */
function isTakenFor(before: TrueRun, { world, arrivals, named }: Named): boolean {
  const graceMs = Math.max(
    lateMs(world.settings) + windowMs(world.settings.schedule, before.dueAt),
    world.gapMs,
  );
  return (
    before.leftOut &&
    named.dueAt - before.dueAt <= graceMs &&
    reportDeadline(world, arrivals, before) === null
  );
}

/** By when people must be notified of a run that was left out; null if it happened, or the pings cannot show it. */
function reportDeadline(world: World, arrivals: readonly Arrival[], run: TrueRun): Loss | null {
  const { schedule, alertBeforeFirstPing } = world.settings;
  const intervalMs = everyMs(schedule);
  const { dueAt } = run;
  // Without run ids, the ends of runs that overlap, and their retries, look alike.
  const { parallel, runIds, hosts } = world.habits;
  const isMixed = parallel && !runIds && (hasRepeats(arrivals) || haveEqualEnds(arrivals));
  const counted = arrivals.filter(({ counts, ping }) => counts || (isMixed && ping.kind === "success"));
  // A new check waits for nothing before its first end, unless its settings say so.
  const first =
    counted.find(({ ping }) => ping.kind === "success") ??
    arrivals.find(({ ping }) => ping.kind === "success");
  if (!run.leftOut || first === undefined) return null;
  // The first end may be that of a run from before.
  const isFirst =
    first.ping.at > dueAt - (parallel ? (world.settings.maxRuntimeSeconds ?? 0) * 2 * SECOND : 0);
  const by = dueAt + windowMs(schedule, dueAt) + lateMs(world.settings);
  const isStarted = arrivals.some(({ ping }) => ping.at < by);
  if (isFirst && (isStarted || !alertBeforeFirstPing || intervalMs !== null)) return null;
  if (intervalMs !== null) {
    const before = counted.filter(({ ping, firstAt }) => ping.at < dueAt && firstAt === null);
    const repeat = counted.findLast((arrival) => arrival.ping.at < dueAt && !isRepeat(world, arrival, dueAt));
    const anchors = [...before.slice(-4), ...(repeat === undefined ? [] : [repeat])];
    if (anchors.length === 0) return null;
    const from = Math.max(...anchors.map((anchor) => knownAt(world, anchor)), begunAt(world, first));
    const latest = from + intervalMs + lateMs(world.settings);
    const next = counted.find(({ ping }) => ping.at > dueAt);
    if (next !== undefined && next.ping.at < latest) return null;
    // Of two machines behind one address, the second may count or not, so that the deadline is unknown.
    return isMixed || hosts === "nat" ? null : { dueAt, by: latest };
  }
  // A ping that names its slot cannot be for another.
  if (world.habits.namesSlot) return { dueAt, by };
  const marginMs = Math.max(AHEAD_MS_MAX, Math.min(60 * SECOND, world.gapMs / 10));
  const isUnclear = counted.some(
    (arrival) =>
      arrival.ping.at >= dueAt - marginMs && arrival.ping.at < by && !isRepeat(world, arrival, dueAt),
  );
  return isUnclear ? null : { dueAt, by };
}

/** How late a run may be by the settings, counted from its due time or the end of its window. */
function lateMs({ jitterSeconds, graceSeconds }: World["settings"]): number {
  return (jitterSeconds + graceSeconds) * SECOND;
}

function hasRepeats(arrivals: readonly Arrival[]): boolean {
  return arrivals.some(({ firstAt }) => firstAt !== null);
}

/** Whether two equal ends are so near to each other that the second may be the first one, sent again. */
function haveEqualEnds(arrivals: readonly Arrival[]): boolean {
  const ends = arrivals.map(({ ping }) => ping).filter(({ kind }) => kind === "success");
  return ends.some((end, order) => {
    const before = ends
      .slice(0, order)
      .findLast(({ host, digest }) => host === end.host && digest === end.digest);
    return before !== undefined && end.at - before.at <= RESEND_MS;
  });
}

/** When it is known that a run has ended. If the end overtook its start, that may be only when the start arrives. */
function knownAt({ runs }: World, { ping }: Arrival): Instant {
  const ofRun = runs.find(({ arrivals }) => arrivals.some((arrival) => arrival.ping === ping));
  const start = ofRun?.arrivals.find(
    ({ ping: { kind, host }, firstAt }) => kind === "start" && host === ping.host && firstAt === null,
  );
  return Math.max(ping.at, start?.ping.at ?? ping.at);
}

/** When the slots of a new check have begun for good: once its first runs have ended, those beside the first one too. */
function begunAt({ runs }: World, first: Arrival): Instant {
  const firstRun = runs.find(({ arrivals }) => arrivals.some(({ ping }) => ping === first.ping));
  const ends =
    firstRun?.arrivals.filter(({ ping, firstAt }) => ping.kind === "success" && firstAt === null) ?? [];
  return Math.max(first.ping.at, ...ends.map(({ ping }) => ping.at));
}

function isSilentLoss({ by }: Loss, alarms: readonly ReportedAlarm[]): boolean {
  return !alarms.some(({ at, until }) => at <= by && (until > by || at === by));
}

/**
 * Whether a ping is recognisable as a retry of one from before the run was due: by its run id, by the start that is missing
 * before it, or because runs do not follow each other so soon.
 */
function isRepeat({ habits, gapMs }: World, { ping, firstAt }: Arrival, dueAt: Instant): boolean {
  if (firstAt === null || firstAt >= dueAt - Math.min(60 * SECOND, gapMs / 10)) return false;
  if (ping.rid !== null) return true;
  if (habits.starts && ping.kind === "success") return true;
  return ping.at - firstAt <= Math.min(RESEND_MS, gapMs / 10);
}
