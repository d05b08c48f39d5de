import type { Instant } from "@overdue/schedules";
import type { MaintenanceRule, MaintenanceWindow } from "@overdue/core";
import type { Random } from "../random.ts";
import { DAY, HOUR, MINUTE, type Entry } from "./history.ts";

type Life = { begin: Instant; end: Instant };

/** Maintenance: the windows that are there from the beginning, and how people plan, start, stop and delete others. */
export type PlannedMaintenance = { windows: readonly MaintenanceWindow[]; acts: Entry[] };

/** Most checks have none. */
export function makeMaintenance(random: Random, { begin, end }: Life): PlannedMaintenance {
  if (random.chance(0.75)) return { windows: [], acts: [] };
  const first = random.chance(0.5) ? [planned(recurring(random))] : [];
  const acts: Entry[] = [];
  let windows = first;
  for (let at = begin + random.whole(0, 4 * DAY); at < end; at += random.whole(1, 6 * DAY)) {
    windows = random.pick([plan, startNow, startNow, remove])(random, windows, at);
    acts.push(entry(at, windows));
    const stopAt = at + random.whole(1, 4 * HOUR);
    if (!random.chance(0.4) || stopAt >= end) continue;
    windows = windows.map((window) => ({ ...window, stoppedAt: stopAt }));
    acts.push(entry(stopAt, windows));
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

function entry(at: Instant, windows: readonly MaintenanceWindow[]): Entry {
  return { committedAt: at, event: { kind: "maintenance", at, windows } };
}
