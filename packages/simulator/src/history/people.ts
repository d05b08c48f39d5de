import type { Instant } from "@overdue/schedules";
import type { CheckSettings } from "@overdue/core";
import type { Random } from "../random.ts";
import { DAY, HOUR, type Entry, type Span } from "./history.ts";
import { makeSettings } from "./settings.ts";

type Life = { begin: Instant; end: Instant; settings: CheckSettings };

/** What people do to the check: most checks are set up once and left alone. */
export function makeActs(random: Random, life: Life, outages: readonly Span[]): Entry[] {
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
  if (does === "resume") return [entry({ kind: "resume", at })];
  const back = at + random.whole(1, random.pick([HOUR, 2 * DAY]));
  return [entry({ kind: "pause", at }), ...(random.chance(0.7) ? [entry({ kind: "resume", at: back })] : [])];
}

function edit(at: Instant, settings: CheckSettings): Entry {
  return entry({ kind: "edit", at, settings });
}

function entry(event: Extract<Entry["event"], { at: Instant }>): Entry {
  return { committedAt: event.at, event };
}
