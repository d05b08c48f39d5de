import type { CheckSettings, MaintenanceRule, MaintenanceWindow } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import type { Random } from "../random.ts";
import { DAY, type Entry, HOUR, MINUTE, type Span } from "./history.ts";
import { makeSettings } from "./settings.ts";

type CheckLife = { begin: Instant; end: Instant; settings: CheckSettings };

/** What people do to the check: most checks are set up once and left alone. */
export function makeActs(random: Random, life: CheckLife, outages: readonly Span[]): Entry[] {
  const { begin, end, settings } = life;
  // The page may answer while no receiver does, and that is when people look.
  const acts = outages
    .filter(() => random.chance(0.1))
    .flatMap(({ from, until }) => act(random, random.whole(from + 1, until - 1), settings));
  if (random.chance(0.6)) return acts;
  for (let at = begin + random.whole(0, 5 * DAY); at < end; at += random.whole(1, 10 * DAY))
    acts.push(...act(random, at, settings));
  return acts.toSorted((a, b) => a.committedAt - b.committedAt);
}

function act(random: Random, at: Instant, settings: CheckSettings): Entry[] {
  const does = random.pick(["edit", "tweak", "pause", "pause", "resume"] as const);
  if (does === "edit" && random.chance(0.3)) return [edit(at, makeSettings(random))];
  if (does === "edit" || does === "tweak")
    return [edit(at, { ...settings, graceSeconds: random.pick([60, 900, 86_400]) })];
  if (does === "resume") return [actEntry({ kind: "resume", at })];
  const back = at + random.whole(1, random.pick([HOUR, 2 * DAY]));
  return [
    actEntry({ kind: "pause", at }),
    ...(random.chance(0.7) ? [actEntry({ kind: "resume", at: back })] : []),
  ];
}

function edit(at: Instant, settings: CheckSettings): Entry {
  return actEntry({ kind: "edit", at, settings });
}

function actEntry(event: Extract<Entry["event"], { at: Instant }>): Entry {
  return { committedAt: event.at, event };
}

type Life = { begin: Instant; end: Instant };

/** Maintenance: the windows that are there from the beginning, and how people plan, start, stop and delete others. */
type PlannedMaintenance = { windows: readonly MaintenanceWindow[]; acts: Entry[] };

/** Most checks have none. */
export function makeMaintenance(random: Random, { begin, end }: Life): PlannedMaintenance {
  if (random.chance(0.75)) return { windows: [], acts: [] };
  const first = random.chance(0.5) ? [planned(recurring(random))] : [];
  const acts: Entry[] = [];
  let windows = first;
  for (let at = begin + random.whole(0, 4 * DAY); at < end; at += random.whole(1, 6 * DAY)) {
    windows = random.pick([plan, startNow, startNow, remove])(random, windows, at);
    acts.push(windowsEntry(at, windows));
    const stopAt = at + random.whole(1, 4 * HOUR);
    if (!random.chance(0.4) || stopAt >= end) continue;
    windows = windows.map((window) => ({ ...window, stoppedAt: stopAt }));
    acts.push(windowsEntry(stopAt, windows));
    at = stopAt;
  }
  return { windows: first, acts };
}

type Act = (random: Random, windows: MaintenanceWindow[], at: Instant) => MaintenanceWindow[];

const plan: Act = (random, windows, at) => {
  if (random.chance(0.5)) return [...windows.slice(-1), planned(recurring(random))];
  const from = at + random.whole(0, DAY);
  return [...windows, planned({ kind: "once", from, until: from + lengthMs(random) })];
};
const startNow: Act = (random, windows, at) => [
  ...windows,
  planned({ kind: "once", from: at, until: at + lengthMs(random) }),
];
const remove: Act = (random, windows) => windows.filter(() => random.chance(0.3));

function recurring(random: Random): Exclude<MaintenanceRule, { kind: "once" }> {
  const timezone = random.pick(["UTC", "Europe/Riga", "America/New_York", "Asia/Kolkata"]);
  const minutes = random.pick([10, 60, 150]);
  if (random.chance(0.5))
    return {
      kind: "cron",
      expression: random.pick(["0 2 * * *", "45 1 * * MON-FRI", "0 */8 * * *"]),
      minutes,
      timezone,
    };
  const weekdays = random.pick([[1, 2, 3, 4, 5, 6, 7], [7], [1, 3]]);
  return { kind: "weekly", weekdays, time: random.pick(["02:00", "03:55", "23:30"]), minutes, timezone };
}

function lengthMs(random: Random): number {
  return random.pick([10 * MINUTE, HOUR, 3 * HOUR, 26 * HOUR]);
}

function planned(rule: MaintenanceRule): MaintenanceWindow {
  return { rule, stoppedAt: null };
}

function windowsEntry(at: Instant, windows: readonly MaintenanceWindow[]): Entry {
  return { committedAt: at, event: { kind: "maintenance", at, windows } };
}
