import { SECOND_MS } from "@overdue/schedules";
import type { MaintenanceWindow } from "../../maintenance/window.ts";
import type { Check, DisplayStatus } from "../check.ts";
import { type CheckSettings, defaultSettings } from "../settings.ts";
import { displayStatus, fold } from "../fold.ts";
import type { Effect, Event, Flip, Ping, PingKind, Run, Slot } from "../event.ts";
import { newCheck } from "../new-check.ts";

/** The instant at which stories begin; a full hour. Their steps are in seconds since then. */
export const T = 1_800_000_000_000;

export type Step =
  | [second: number, kind: PingKind, ping?: Partial<Ping>]
  | [second: number, kind: "time" | "pause" | "resume" | "undo-pause" | "baseline-reset"]
  | [second: number, kind: "edit", settings: Partial<CheckSettings>, knownUntil?: number]
  | [second: number, kind: "maintenance", windows: readonly MaintenanceWindow[]]
  | [until: number, kind: "outage", from: number];

/** An hourly check with ten minutes of grace, unless settings are given. */
export function settingsOf(settings: Partial<CheckSettings> = {}): CheckSettings {
  return {
    ...defaultSettings,
    schedule: { kind: "interval", everySeconds: 3600 },
    graceSeconds: 600,
    ...settings,
  };
}

/** The check after all steps, and all effects on the way. */
export type Story = {
  check: Check;
  nextAt: number | null;
  effects: Effect[];
  flips: Flip[];
  slots: Slot[];
  runs: Run[];
  /** The effects of the last step alone. */
  last: readonly Effect[];
  shown: (second: number) => DisplayStatus;
};

/** Folds the steps, one after the other, into a new check made at second 0. */
export function playStory(settings: Partial<CheckSettings>, steps: readonly Step[]): Story {
  let check = newCheck("check", T, settingsOf(settings));
  let nextAt: number | null = null;
  let last: readonly Effect[] = [];
  const effects: Effect[] = [];
  for (const [index, step] of steps.entries()) {
    const transition = fold(check, eventOf(step, index, check.settings));
    ({ check, nextAt } = transition);
    last = transition.effects;
    effects.push(...last);
  }
  return { check, nextAt, effects, last, ...summary(effects), shown: (second) => shownAt(check, second) };
}

/** What is stored in the end: flips in order, slots and runs as last written. */
export function summary(effects: readonly Effect[]): { flips: Flip[]; slots: Slot[]; runs: Run[] } {
  const slots = new Map<number, Slot>();
  const runs = new Map<string, Run>();
  for (const effect of effects) {
    if (effect.kind === "slot") slots.set(effect.slot.dueAt, effect.slot);
    if (effect.kind === "run") runs.set(effect.run.id, effect.run);
  }
  return {
    flips: effects.flatMap((effect) => (effect.kind === "flip" ? [effect.flip] : [])),
    slots: [...slots.values()].toSorted((one, other) => one.dueAt - other.dueAt),
    runs: [...runs.values()],
  };
}

/** "up→down at 4100 (overlong), notified": short enough for tables. */
export function flipLines({ flips }: { flips: readonly Flip[] }): string[] {
  return flips.map(({ from, to, at, reason, alerts }) =>
    [`${from}→${to} at ${secondOf(at)}`, reason ? ` (${reason})` : "", alerts ? ", notified" : ""].join(""),
  );
}

/** "3600 late by 200": short enough for tables. */
export function slotLines({ slots }: { slots: readonly Slot[] }): string[] {
  return slots.map(({ dueAt, outcome, lateMs }) =>
    `${secondOf(dueAt)} ${outcome} ${lateMs === null ? "" : lateMs / SECOND_MS}`.trim(),
  );
}

export function secondOf(at: number): number {
  return (at - T) / SECOND_MS;
}

export function pingOf(at: number, kind: PingKind, ping: Partial<Ping> = {}): Ping {
  return { id: `p${at}`, kind, at, rid: null, exitStatus: null, host: null, digest: null, ...ping };
}

/** A one-time maintenance window, in seconds of the story. */
export function once(from: number, until: number): MaintenanceWindow {
  const rule = { kind: "once", from: T + from * SECOND_MS, until: T + until * SECOND_MS } as const;
  return { rule, stoppedAt: null };
}

function eventOf(step: Step, index: number, before: CheckSettings): Event {
  const at = T + step[0] * SECOND_MS;
  switch (step[1]) {
    case "time":
      return { kind: "time", now: at };
    case "pause":
      return { kind: "pause", at };
    case "resume":
      return { kind: "resume", at };
    case "undo-pause":
      return { kind: "undo-pause", at };
    case "baseline-reset":
      return { kind: "baseline-reset", at };
    case "edit":
      return {
        kind: "edit",
        at,
        settings: { ...before, ...step[2] },
        ...(step[3] !== undefined && { knownUntil: T + step[3] * SECOND_MS }),
      };
    case "maintenance":
      return { kind: "maintenance", at, windows: step[2] };
    case "outage":
      return { kind: "outage", from: T + step[2] * SECOND_MS, until: at };
    case "start":
    case "success":
    case "fail":
    case "log":
    case "ignored":
      return { kind: "ping", ping: pingOf(at, step[1], { id: `ping-${index}`, ...step[2] }) };
  }
}

function shownAt(check: Check, second: number): DisplayStatus {
  return displayStatus(check, T + second * SECOND_MS);
}
