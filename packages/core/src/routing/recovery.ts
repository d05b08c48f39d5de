import { type Instant, MINUTE_MS } from "@overdue/schedules";
import { nextOpen, openingAt } from "./hours.ts";
import type { Route } from "./route.ts";
import { routesFor, type Situation, type Tell } from "./situation.ts";
import { reach } from "./targets.ts";

/**
 * Who is told that it is over: those who were told that it began, unless every route that names them does without; and
 * those whom the hours alone had kept from hearing, so that nothing is lost in a night. No dependency holds it back.
 */
export function recoveries(situation: Situation): Tell[] {
  const routes = routesFor(situation);
  const told = [...new Set(situation.told.map(({ channelId }) => channelId))];
  const up = told.flatMap((channelId) => recoveryOf(channelId, routes, situation));
  return [...up, ...owed(routes, situation).filter(({ channelId }) => !told.includes(channelId))];
}

function recoveryOf(channelId: string, routes: readonly Route[], situation: Situation): Tell[] {
  if (!situation.directory.channelIds.has(channelId)) return [];
  if (situation.directory.incidentChannelIds?.has(channelId) === true) return [endOf(channelId, situation)];
  const concerned = routes.filter((route) => concerns(route, channelId, situation));
  const wanting = concerned.filter(({ recovery }) => recovery);
  if (concerned.length > 0 && wanting.length === 0) return [];
  const instants = wanting.map((route) => allowedAt(route, channelId, situation));
  const notBefore = instants.length === 0 ? situation.now : Math.min(...instants);
  const routeId = wanting[0]?.id ?? situation.told.find((one) => one.channelId === channelId)?.routeId ?? "";
  return [{ ...upTo(channelId, routeId), notBefore, because: "it was told of the down" }];
}

/** What keeps an incident must hear of its end whatever its routes say, and at any hour: it wakes nobody. */
function endOf(channelId: string, { told, now }: Situation): Tell {
  const routeId = told.find((one) => one.channelId === channelId)?.routeId ?? "";
  return { ...upTo(channelId, routeId), notBefore: now, because: "it keeps an incident until this ends it" };
}

/** Whether the route told this channel, or names it now. */
function concerns(route: Route, channelId: string, situation: Situation): boolean {
  return (
    situation.told.some((one) => one.routeId === route.id && one.channelId === channelId) ||
    channelsOf(route, "hours", situation).includes(channelId) ||
    channelsOf(route, "outside", situation).includes(channelId)
  );
}

/** Outside its hours a route keeps quiet to the channels of its hours; what stands in for them hears at once. */
function allowedAt(route: Route, channelId: string, situation: Situation): Instant {
  if (channelsOf(route, "outside", situation).includes(channelId)) return situation.now;
  return nextOpen(route.hours, situation.now);
}

/** Channels that would have been told by now, had the hours not held it: down and up come as one, when they begin. */
function owed(routes: readonly Route[], situation: Situation): Tell[] {
  const { incident, now, dependsDown } = situation;
  const until = incident.resolvedAt ?? now;
  if (dependsDown || incident.snoozedUntil !== null || incident.acknowledgedAt !== null) return [];
  const owing = routes.filter((route) => {
    const [first] = route.steps;
    const due = incident.openedAt + (first?.afterMinutes ?? 0) * MINUTE_MS;
    const isHeld = route.hours?.outside.kind === "hold" && !openingAt(route.hours, due).open;
    return route.recovery && isHeld && due <= until;
  });
  const all = owing.flatMap((route) =>
    channelsOf(route, "first", situation).map((channelId) => ({
      ...upTo(channelId, route.id),
      notBefore: nextOpen(route.hours, now),
      because: `route “${route.name}”, held until its hours begin`,
    })),
  );
  return [...new Map(all.map((tell) => [tell.channelId, tell])).values()];
}

function channelsOf(route: Route, part: "hours" | "outside" | "first", situation: Situation): string[] {
  const { directory, now } = situation;
  const outside = route.hours?.outside;
  const targets = {
    first: route.steps[0]?.targets ?? [],
    hours: route.steps.flatMap((step) => step.targets),
    outside: outside?.kind === "instead" ? outside.targets : [],
  }[part];
  return reach(targets, directory, now).map(({ channelId }) => channelId);
}

function upTo(channelId: string, routeId: string): Pick<Tell, "channelId" | "routeId" | "kind" | "round"> {
  return { channelId, routeId, kind: "up", round: 0 };
}
