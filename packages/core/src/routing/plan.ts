import { type Instant, MINUTE_MS } from "@overdue/schedules";
import { nextOpen, openingAt } from "./hours.ts";
import { OWN_ROUTE, type Route, type Step, type Target, type Told } from "./route.ts";
import type { Situation } from "./situation.ts";
import { type Reached, reach } from "./targets.ts";

/** Something that a route has to say. `channelId` null: at that instant it is to be asked again, whom it tells. */
export type Due = { at: Instant; channelId: string | null; routeId: string; because: string };

/**
 * All that a route has to say of an open incident: what is due up to now by channel, what comes later by instant.
 * What was told already is left out, so that asking again after telling answers only what comes later.
 */
export function planRoute(route: Route, situation: Situation): Due[] {
  const steps = dueSteps(route, situation);
  return [
    ...steps.flatMap((step) => planStep(route, step, situation)),
    ...reminders(route, steps, situation),
  ];
}

type DueStep = { step: Step; number: number; at: Instant };

/** Steps that still matter, with their instants: the first by the opening, the others by when the first was told. */
function dueSteps(route: Route, situation: Situation): DueStep[] {
  const { incident } = situation;
  const [first, ...others] = route.steps;
  if (first === undefined) return [];
  const firstAt = openOf(route, openOf(route, incident.openedAt) + first.afterMinutes * MINUTE_MS);
  const from = toldSince(route, firstAt, situation);
  const later = others.map((step, index) => ({
    step,
    number: index + 2,
    at: openOf(route, from + (step.afterMinutes - first.afterMinutes) * MINUTE_MS),
  }));
  return [{ step: first, number: 1, at: firstAt }, ...later].filter(
    ({ step }) => incident.acknowledgedAt === null || !step.ifUnacknowledged,
  );
}

/** When the first step was told, whatever had held it; where it is yet to be told, now at the earliest. */
function toldSince(route: Route, firstAt: Instant, situation: Situation): Instant {
  const { told, now } = situation;
  const channels = targetsNow(route, route.steps[0], situation).map(({ channelId }) => channelId);
  if (channels.length === 0 || now < firstAt) return firstAt;
  const instants = told
    .filter(({ routeId, channelId }) => routeId === route.id || channels.includes(channelId))
    .map(({ at }) => at);
  return instants.length === 0 ? now : Math.max(firstAt, Math.min(...instants));
}

function planStep(route: Route, { step, number, at }: DueStep, situation: Situation): Due[] {
  const { now } = situation;
  if (at > now) return [later(route, at)];
  const opening = openingAt(route.hours, now);
  if (!opening.open && isHeld(route)) return [later(route, opening.beginsAt)];
  const earlier = route.steps.slice(0, number - 1);
  const before = new Set(
    earlier.flatMap((other) => targetsNow(route, other, situation).map(({ channelId }) => channelId)),
  );
  return targetsNow(route, step, situation).flatMap((reached) => {
    const last = lastTold(situation.told, reached.channelId);
    const isDue = last === null || (before.has(reached.channelId) && last < at);
    return isDue ? [{ at, ...wordOf(route, reached, number) }] : [];
  });
}

/** "Still down" to those who were told: at the route's interval, and when a snooze has ended. */
function reminders(route: Route, steps: readonly DueStep[], situation: Situation): Due[] {
  const { incident, now, told } = situation;
  if (incident.acknowledgedAt !== null) return [];
  const reached = steps.flatMap((due) => (due.at > now ? [] : targetsNow(route, due.step, situation)));
  return reached.flatMap((one) => {
    const last = lastTold(told, one.channelId);
    const at = last === null ? null : reminderAt(route, last, incident.snoozedUntil);
    if (at === null) return [];
    const open = isHeld(route) ? nextOpen(route.hours, Math.max(at, now)) : at;
    return [open > now ? later(route, open) : { at: open, ...wordOf(route, one, null) }];
  });
}

function reminderAt(route: Route, last: Instant, snoozedUntil: Instant | null): Instant | null {
  if (snoozedUntil !== null && last < snoozedUntil) return snoozedUntil;
  return route.repeatMinutes === null ? null : last + route.repeatMinutes * MINUTE_MS;
}

/** The channels of a step at this instant: those of the hours, or those that stand in outside of them. */
function targetsNow(route: Route, step: Step | undefined, { directory, now }: Situation): Reached[] {
  return reach(targetsAt(route, step?.targets ?? [], now), directory, now);
}

/** Whom a route tells at an instant instead of `targets`, where that lies outside its hours. */
function targetsAt({ hours }: Route, targets: readonly Target[], at: Instant): readonly Target[] {
  if (hours === null || hours.outside.kind === "hold" || openingAt(hours, at).open) return targets;
  return hours.outside.targets;
}

function openOf(route: Route, at: Instant): Instant {
  return isHeld(route) ? nextOpen(route.hours, at) : at;
}

function isHeld({ hours }: Route): boolean {
  return hours?.outside.kind === "hold";
}

function lastTold(told: readonly Told[], channelId: string): Instant | null {
  const instants = told.filter((one) => one.channelId === channelId).map(({ at }) => at);
  return instants.length === 0 ? null : Math.max(...instants);
}

function later(route: Route, at: Instant): Due {
  return { at, channelId: null, routeId: route.id, because: "" };
}

/** `step` null: a reminder. */
function wordOf(route: Route, { channelId, via }: Reached, step: number | null): Omit<Due, "at"> {
  const which = step === null ? "reminder" : `step ${step}`;
  const named = route.id === OWN_ROUTE ? route.name : `route “${route.name}”, ${which}`;
  return { channelId, routeId: route.id, because: via === null ? named : `${named}: ${via}` };
}
