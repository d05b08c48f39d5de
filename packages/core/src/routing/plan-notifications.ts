import { type Instant, MINUTE_MS } from "@overdue/schedules";
import { nextOpen, openingAt } from "./hours.ts";
import { type DueNotification, planRoute } from "./plan-route.ts";
import { type Route, type PlannedNotification, routesFor, type RoutingInput } from "./route.ts";
import { resolveTargets } from "./targets.ts";

/**
 * `nextAt`: when to plan again; null if nothing is left to send for now. `hasNoRecipients`: the check is down, and neither
 * its own list nor any route leads to a channel, so the project's owners must be notified.
 */
export type NotificationPlan = {
  notifications: PlannedNotification[];
  nextAt: Instant | null;
  hasNoRecipients: boolean;
};

/** How often an incident that a dependency holds back is planned again, in case its recovery is not announced. */
const DEPENDENCY_RECHECK_MS = MINUTE_MS;

/**
 * Plans who is notified of an incident now, and when to plan again. A channel gets each message once, however many routes
 * name it. Acknowledging or snoozing stops further messages, and a recovery goes to the channels that got the down
 * message. An incident of severity "info" may have no recipients.
 */
export function planNotifications(input: RoutingInput): NotificationPlan {
  const { incident, now } = input;
  if (incident.resolvedAt !== null) return planOf(planRecoveries(input), null);
  if (input.dependsDown) return planOf([], now + DEPENDENCY_RECHECK_MS);
  if (incident.snoozedUntil !== null && incident.snoozedUntil > now) {
    return planOf([], Number.isFinite(incident.snoozedUntil) ? incident.snoozedUntil : null);
  }
  const notifications = selectDueNow(listDue(input), input);
  const sent = [...input.sent, ...notifications.map((one) => ({ ...one, at: now }))];
  const later = listDue({ ...input, sent }).map(({ at }) => at);
  const hasNoRecipients = sent.length + later.length === 0 && needsRecipient(input);
  return { notifications, nextAt: later.length === 0 ? null : Math.min(...later), hasNoRecipients };
}

function planOf(notifications: PlannedNotification[], nextAt: Instant | null): NotificationPlan {
  return { notifications, nextAt, hasNoRecipients: false };
}

function needsRecipient({ check, incident }: RoutingInput): boolean {
  return check.severity !== "info" && incident.acknowledgedAt === null;
}

function listDue(input: RoutingInput): DueNotification[] {
  return routesFor(input).flatMap((route) => planRoute(route, input));
}

/** One notification for each channel: a first message before a reminder, and an earlier route before a later one. */
function selectDueNow(due: readonly DueNotification[], { now, sent }: RoutingInput): PlannedNotification[] {
  const byChannel = new Map<string, PlannedNotification>();
  for (const { at, channelId, routeId, because } of due) {
    if (at > now || channelId === null || byChannel.has(channelId)) continue;
    const round = sent.filter((one) => one.channelId === channelId).length;
    const kind = round === 0 ? "down" : "reminder";
    byChannel.set(channelId, { channelId, routeId, kind, round, notBefore: now, because });
  }
  return [...byChannel.values()];
}

/**
 * Plans who is notified that an incident is over: the channels that were notified of its start, unless no route that names
 * them sends recoveries; and the channels that were not notified only because of a route's hours, so that they still learn
 * of an incident at night. A dependency does not hold a recovery back.
 */
function planRecoveries(input: RoutingInput): PlannedNotification[] {
  const routes = routesFor(input);
  const notified = [...new Set(input.sent.map(({ channelId }) => channelId))];
  const up = notified.flatMap((channelId) => recoveryOf(channelId, routes, input));
  return [
    ...up,
    ...deferredRecoveries(routes, input).filter(({ channelId }) => !notified.includes(channelId)),
  ];
}

function recoveryOf(channelId: string, routes: readonly Route[], input: RoutingInput): PlannedNotification[] {
  if (!input.directory.channelIds.has(channelId)) return [];
  if (input.directory.incidentChannelIds?.has(channelId) === true) return [endOf(channelId, input)];
  const concerned = routes.filter((route) => involvesChannel(route, channelId, input));
  const wanting = concerned.filter(({ recovery }) => recovery);
  if (concerned.length > 0 && wanting.length === 0) return [];
  const instants = wanting.map((route) => allowedAt(route, channelId, input));
  const notBefore = instants.length === 0 ? input.now : Math.min(...instants);
  const routeId = wanting[0]?.id ?? input.sent.find((one) => one.channelId === channelId)?.routeId ?? "";
  return [{ ...upTo(channelId, routeId), notBefore, because: "it was notified that the check is down" }];
}

/**
 * A channel that keeps an incident of its own open must be sent its end, whatever the routes and their hours. That disturbs
 * nobody.
 */
function endOf(channelId: string, { sent, now }: RoutingInput): PlannedNotification {
  const routeId = sent.find((one) => one.channelId === channelId)?.routeId ?? "";
  return { ...upTo(channelId, routeId), notBefore: now, because: "it keeps an incident until this ends it" };
}

/** Whether the route notified this channel, or names it now. */
function involvesChannel(route: Route, channelId: string, input: RoutingInput): boolean {
  return (
    input.sent.some((one) => one.routeId === route.id && one.channelId === channelId) ||
    channelsOf(route, "hours", input).includes(channelId) ||
    channelsOf(route, "outside", input).includes(channelId)
  );
}

/** When a route may notify a channel: its usual channels within its hours, those for outside its hours at once. */
function allowedAt(route: Route, channelId: string, input: RoutingInput): Instant {
  if (channelsOf(route, "outside", input).includes(channelId)) return input.now;
  return nextOpen(route.hours, input.now);
}

/**
 * The recoveries for channels that would have been notified by now if the route's hours had not held the message. Down and
 * up are then sent as one message when the hours begin.
 */
function deferredRecoveries(routes: readonly Route[], input: RoutingInput): PlannedNotification[] {
  const { incident, now, dependsDown } = input;
  const until = incident.resolvedAt ?? now;
  if (dependsDown || incident.snoozedUntil !== null || incident.acknowledgedAt !== null) return [];
  const holding = routes.filter((route) => {
    const [first] = route.steps;
    const due = incident.openedAt + (first?.afterMinutes ?? 0) * MINUTE_MS;
    const isHeld = route.hours?.outside.kind === "hold" && !openingAt(route.hours, due).open;
    return route.recovery && isHeld && due <= until;
  });
  const all = holding.flatMap((route) =>
    channelsOf(route, "first", input).map((channelId) => ({
      ...upTo(channelId, route.id),
      notBefore: nextOpen(route.hours, now),
      because: `route “${route.name}”, held until its hours begin`,
    })),
  );
  return [...new Map(all.map((one) => [one.channelId, one])).values()];
}

function channelsOf(route: Route, part: "hours" | "outside" | "first", input: RoutingInput): string[] {
  const { directory, now } = input;
  const outside = route.hours?.outside;
  const targets = {
    first: route.steps[0]?.targets ?? [],
    hours: route.steps.flatMap((step) => step.targets),
    outside: outside?.kind === "instead" ? outside.targets : [],
  }[part];
  return resolveTargets(targets, directory, now).map(({ channelId }) => channelId);
}

function upTo(
  channelId: string,
  routeId: string,
): Pick<PlannedNotification, "channelId" | "routeId" | "kind" | "round"> {
  return { channelId, routeId, kind: "up", round: 0 };
}
