import { isDeepStrictEqual } from "node:util";
import {
  type Check,
  type CheckSettings,
  type Effect,
  type Event,
  fold,
  newCheck,
  type Transition,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { DAY, type History, isInOrder, SECOND, type Span, spanAt, stampedAt } from "../history/history.ts";
import type { Random } from "../random.ts";
import { nextLook, type Rhythm, watermarkAt } from "./rhythm.ts";
import { noRows, type Rows, writeRow } from "./rows.ts";

/** The state machine under test. */
export type Machine = {
  newCheck: (id: string, createdAt: Instant, settings: CheckSettings) => Check;
  fold: (check: Check, event: Event) => Transition<Check>;
};

/** A committed fold, for the story of a failure. */
export type Step = { clock: Instant; event: Event; transition: Transition<Check> };

type Conditions = { machine: Machine; rhythm: Rhythm; random: Random; onStep?: (step: Step) => void };

type World = Conditions & {
  history: History;
  check: Check;
  wakeAt: Instant | null;
  outagesToFold: Span[];
  rows: Rows;
};

/** One fold writes a limited number of slots. No history needs more rounds than this, unless evaluation makes no progress. */
const ROUNDS_MAX = 100;

/** A day after the last event, so that every deadline has passed. */
export function lastInstant(history: History): Instant {
  return history.end + DAY;
}

/** Runs a history as receivers and checkers would. @returns what the database then contains */
export function runWorld(history: History, conditions: Conditions): Rows {
  const { id, begin, settings, faults, entries } = history;
  const check = conditions.machine.newCheck(id, begin, settings);
  const rows = noRows();
  const outagesToFold = [...faults.outages];
  const world: World = {
    ...conditions,
    history,
    check,
    wakeAt: check.state.deadlineAt,
    outagesToFold,
    rows,
  };
  let clock = begin;
  const uncommitted = earliestStamps(history);
  // A ping can be evaluated too early only if commits overtake each other.
  const ordered = isInOrder(history);
  for (const [order, { event, committedAt }] of entries.entries()) {
    lookUntil(world, { clock, until: committedAt, uncommitted: uncommitted[order] ?? committedAt });
    const proven = watermarkAt({ faults, rhythm: conditions.rhythm }, committedAt);
    const knownUntil = Math.min(proven, uncommitted[order + 1] ?? committedAt);
    const waits = event.kind === "ping" ? !ordered : spanAt(faults.outages, committedAt) !== undefined;
    const act =
      event.kind === "edit" ? { ...event, settings: keepWindows(world.check, event.settings) } : event;
    receive(world, waits ? { ...act, knownUntil } : act, committedAt);
    clock = committedAt;
  }
  const horizon = lastInstant(history);
  lookUntil(world, { clock, until: horizon, uncommitted: horizon });
  evaluateDue(world, horizon, horizon);
  return rows;
}

/** An edit of the check keeps the maintenance windows, because they belong to the project. */
function keepWindows({ settings: { maintenance } }: Check, settings: CheckSettings): CheckSettings {
  const { maintenance: _sent, ...edited } = settings;
  return maintenance === undefined ? edited : { ...edited, maintenance };
}

/** For each entry, the earliest stamp from it on: until it is committed, no watermark may pass that. */
function earliestStamps({ entries }: History): Instant[] {
  let earliest = Number.POSITIVE_INFINITY;
  return entries
    .toReversed()
    .map((entry) => (earliest = Math.min(earliest, stampedAt(entry))))
    .toReversed();
}

/** Commits a ping or act. It only ever moves `wakeAt` to an earlier time, unless the checkers are not lazy. */
function receive(world: World, event: Event, clock: Instant): void {
  const nextAt = commit(world, event, clock);
  const { wakeAt, rhythm } = world;
  if (!rhythm.lazy) world.wakeAt = nextAt;
  else if (nextAt !== null && (wakeAt === null || nextAt < wakeAt)) world.wakeAt = nextAt;
}

/** The checkers, from `clock` until another transaction comes. */
type Lull = { clock: Instant; until: Instant; uncommitted: Instant };

function lookUntil(world: World, { clock, until, uncommitted }: Lull): void {
  let from = clock;
  while (world.wakeAt !== null && world.wakeAt <= uncommitted) {
    const look = nextLook({ faults: world.history.faults, rhythm: world.rhythm }, from, world.wakeAt);
    if (look >= until) return;
    const proven = watermarkAt({ faults: world.history.faults, rhythm: world.rhythm }, look);
    evaluateDue(world, Math.min(proven, uncommitted), look);
    from = look + 1;
  }
}

function evaluateDue(world: World, now: Instant, clock: Instant): void {
  const { rhythm, random } = world;
  if (random.chance(rhythm.races)) world.machine.fold(world.check, { kind: "time", now }); // rolled back
  let rounds = 0;
  do world.wakeAt = commit(world, { kind: "time", now }, clock);
  while (world.wakeAt !== null && world.wakeAt <= now && (rounds += 1) < ROUNDS_MAX);
  if (rounds === ROUNDS_MAX) {
    world.rows.refused.push(`evaluating up to ${now} does not get past ${world.wakeAt}`);
    world.wakeAt = null;
  }
  if (random.chance(rhythm.races))
    world.wakeAt = commit(world, { kind: "time", now: now - random.whole(0, 5 * SECOND) }, clock);
}

/** Folds the outages that have ended, then one event, and writes their effects. */
function commit(world: World, event: Event, clock: Instant): Instant | null {
  for (
    let outage = world.outagesToFold[0];
    outage && outage.until <= clock;
    outage = world.outagesToFold[0]
  ) {
    world.outagesToFold.shift();
    apply(world, { kind: "outage", ...outage }, clock);
  }
  return apply(world, event, clock);
}

/** A sentence if a deadline passed and, had nothing else happened, no checker would have looked in time; null otherwise. */
function findLateLook({ wakeAt }: World, { effect, event }: { effect: Effect; event: Event }): string | null {
  if (
    effect.kind !== "flip" ||
    effect.flip.to !== "down" ||
    event.kind === "edit" ||
    event.kind === "maintenance"
  )
    return null;
  const { at, reason } = effect.flip;
  const byDeadline = reason === "missed" || reason === "overlong" || reason === "never-started";
  if (!byDeadline || (wakeAt !== null && wakeAt <= at)) return null;
  return `down at ${at}, ${reason}, but the checkers were to look at ${wakeAt}`;
}

function apply(world: World, event: Event, clock: Instant): Instant | null {
  const transition = world.machine.fold(world.check, event);
  const flaw = findFlaw(world, transition);
  if (flaw !== null) world.rows.refused.push(flaw);
  world.check = transition.check;
  for (const effect of transition.effects) {
    const late = findLateLook(world, { effect, event });
    if (late !== null) world.rows.refused.push(late);
    writeRow(world.rows, effect);
  }
  world.onStep?.({ clock, event, transition });
  return transition.nextAt;
}

/** The machine of the product. */
export const machine: Machine = { fold, newCheck };

/** The state is stored as JSON with every ping, so it may not grow; while a pause can be undone it has that before it, too. */
const STATE_CHARACTERS_MAX = 49_152;

/** What is wrong with the state that a fold returned. Only some states are examined, because that is slow. */
function findFlaw(world: { random: Random; check: Check }, transition: Transition<Check>): string | null {
  if (!world.random.chance(1 / 128)) return null;
  const stored = JSON.stringify(transition.check);
  if (stored.length > STATE_CHARACTERS_MAX) return `the state has grown to ${stored.length} characters`;
  if (!isDeepStrictEqual(JSON.parse(stored), transition.check))
    return `the state is not plain JSON: ${stored}`;
  return null;
}
