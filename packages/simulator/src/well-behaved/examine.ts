import type { Instant } from "@overdue/schedules";
import type { Check, Effect } from "@overdue/core";
import { HOUR, SECOND } from "../history/history.ts";
import type { Machine } from "../world/live.ts";
import { isJustified, isSilentLoss, reportDeadline } from "./truth.ts";
import { arrivalsOf, type World } from "./world.ts";

export type ReportedAlarm = { at: Instant; until: Instant; reason: string; expectedAt: Instant | null };
export type Finding = { falseAlarms: string[]; silent: string[]; leftOut: number; pings: number };

/** Folds what arrived. @returns alarms of runs that were well, and left-out runs without an alarm in time */
export function examine(world: World, machine: Machine): Finding {
  const arrivals = arrivalsOf(world);
  const alarms = alarmsOf(foldArrivals(world, machine));
  const falseAlarms = alarms
    .filter((alarm) => !isJustified(world, arrivals, alarm))
    .map(({ at, reason, expectedAt }) => `${reason} notified at ${at}, of what was due at ${expectedAt}`);
  const due = world.runs.flatMap((run) => reportDeadline(world, arrivals, run) ?? []);
  const silent = due
    .filter((loss) => isSilentLoss(loss, alarms))
    .map(({ dueAt, by }) => `nobody was notified by ${by} of the run that was left out at ${dueAt}`);
  return { falseAlarms, silent, leftOut: due.length, pings: arrivals.length };
}

/** Everything that was said, until long after the last run, so that what was left open comes to its end. */
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
  fold({
    kind: "time",
    now: (runs.at(-1)?.dueAt ?? madeAt) + limitMs + settings.graceSeconds * SECOND + HOUR,
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
