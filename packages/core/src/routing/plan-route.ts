import { type Instant, MINUTE_MS } from "@overdue/schedules";
import { nextOpen, openingAt } from "./hours.ts";
import {
  OWN_ROUTE,
  type Route,
  type Step,
  type Target,
  type SentNotification,
  type RoutingInput,
} from "./route.ts";
import { type ResolvedTarget, resolveTargets } from "./targets.ts";

/** A notification that a route asks for. If `channelId` is null, the route must be planned again at that instant. */
export type DueNotification = { at: Instant; channelId: string | null; routeId: string; because: string };

/**
 * All notifications that a route asks for while an incident is open: those due by now, each with its channel, and those
 * due later, each with its instant. Those already sent are left out, so planning again after sending returns only the
 * later ones.
 */
export function planRoute(route: Route, input: RoutingInput): DueNotification[] {
  const steps = dueSteps(route, input);
  return [...steps.flatMap((step) => planStep(route, step, input)), ...reminders(route, steps, input)];
}

type DueStep = { step: Step; number: number; at: Instant };

/**
 * The steps that still apply, with their instants: the first counts from the incident's opening, the others from when the
 * first was sent.
 */
function dueSteps(route: Route, input: RoutingInput): DueStep[] {
  const { incident } = input;
  const [first, ...others] = route.steps;
  if (first === undefined) return [];
  const firstAt = whenOpen(route, whenOpen(route, incident.openedAt) + first.afterMinutes * MINUTE_MS);
  const from = firstStepSentAt(route, firstAt, input);
  const later = others.map((step, index) => ({
    step,
    number: index + 2,
    at: whenOpen(route, from + (step.afterMinutes - first.afterMinutes) * MINUTE_MS),
  }));
  return [{ step: first, number: 1, at: firstAt }, ...later].filter(
    ({ step }) => incident.acknowledgedAt === null || !step.ifUnacknowledged,
  );
}

/** When the first step was sent, whatever delayed it; if it has not been sent yet, now at the earliest. */
function firstStepSentAt(route: Route, firstAt: Instant, input: RoutingInput): Instant {
  const { sent, now } = input;
  const channels = targetsNow(route, route.steps[0], input).map(({ channelId }) => channelId);
  if (channels.length === 0 || now < firstAt) return firstAt;
  const instants = sent
    .filter(({ routeId, channelId }) => routeId === route.id || channels.includes(channelId))
    .map(({ at }) => at);
  return instants.length === 0 ? now : Math.max(firstAt, Math.min(...instants));
}

function planStep(route: Route, { step, number, at }: DueStep, input: RoutingInput): DueNotification[] {
  const { now } = input;
  if (at > now) return [later(route, at)];
  const opening = openingAt(route.hours, now);
  if (!opening.open && holdsOutside(route)) return [later(route, opening.beginsAt)];
  const earlier = route.steps.slice(0, number - 1);
  const before = new Set(
    earlier.flatMap((other) => targetsNow(route, other, input).map(({ channelId }) => channelId)),
  );
  return targetsNow(route, step, input).flatMap((target) => {
    const last = lastSentAt(input.sent, target.channelId);
    const isDue = last === null || (before.has(target.channelId) && last < at);
    return isDue ? [{ at, ...describeDue(route, target, number) }] : [];
  });
}

/** Reminders ("still down") to the notified channels: at the route's interval, and when a snooze has ended. */
function reminders(route: Route, steps: readonly DueStep[], input: RoutingInput): DueNotification[] {
  const { incident, now, sent } = input;
  if (incident.acknowledgedAt !== null) return [];
  const targets = steps.flatMap((due) => (due.at > now ? [] : targetsNow(route, due.step, input)));
  return targets.flatMap((target) => {
    const last = lastSentAt(sent, target.channelId);
    const at = last === null ? null : reminderAt(route, last, incident.snoozedUntil);
    if (at === null) return [];
    const open = holdsOutside(route) ? nextOpen(route.hours, Math.max(at, now)) : at;
    return [open > now ? later(route, open) : { at: open, ...describeDue(route, target, null) }];
  });
}

function reminderAt(route: Route, last: Instant, snoozedUntil: Instant | null): Instant | null {
  if (snoozedUntil !== null && last < snoozedUntil) return snoozedUntil;
  return route.repeatMinutes === null ? null : last + route.repeatMinutes * MINUTE_MS;
}

/** The channels of a step at this instant; outside the route's hours these may be other ones. */
function targetsNow(
  route: Route,
  step: Step | undefined,
  { directory, now }: RoutingInput,
): ResolvedTarget[] {
  return resolveTargets(targetsAt(route, step?.targets ?? [], now), directory, now);
}

/** The targets of a route at an instant: `targets`, or those that the route names for outside its hours. */
function targetsAt({ hours }: Route, targets: readonly Target[], at: Instant): readonly Target[] {
  if (hours === null || hours.outside.kind === "hold" || openingAt(hours, at).open) return targets;
  return hours.outside.targets;
}

function whenOpen(route: Route, at: Instant): Instant {
  return holdsOutside(route) ? nextOpen(route.hours, at) : at;
}

function holdsOutside({ hours }: Route): boolean {
  return hours?.outside.kind === "hold";
}

function lastSentAt(sent: readonly SentNotification[], channelId: string): Instant | null {
  const instants = sent.filter((one) => one.channelId === channelId).map(({ at }) => at);
  return instants.length === 0 ? null : Math.max(...instants);
}

function later(route: Route, at: Instant): DueNotification {
  return { at, channelId: null, routeId: route.id, because: "" };
}

/** `step` null: a reminder. */
function describeDue(
  route: Route,
  { channelId, via }: ResolvedTarget,
  step: number | null,
): Omit<DueNotification, "at"> {
  const which = step === null ? "reminder" : `step ${step}`;
  const named = route.id === OWN_ROUTE ? route.name : `route “${route.name}”, ${which}`;
  return { channelId, routeId: route.id, because: via === null ? named : `${named}: ${via}` };
}
