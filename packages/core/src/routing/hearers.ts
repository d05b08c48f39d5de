import type { Instant } from "../time.ts";
import { openingAt } from "./hours.ts";
import { type Directory, type Hears, matches, type Route, type RoutedCheck } from "./route.ts";
import { reach } from "./targets.ts";

/** A channel that hears of something that is no incident, and not before when. */
export type Hearer = { channelId: string; notBefore: Instant; because: string };

/**
 * Who hears of a run, a failing run or a notice: the first step's targets of the routes that ask for it. Outside its
 * hours a route holds it back, or says it to those who stand in.
 */
export function hearersOf(
  what: keyof Omit<Hears, "changes">,
  { check, routes, directory, now }: Hearing,
): Hearer[] {
  const hearers = new Map<string, Hearer>();
  for (const route of routes.filter((one) => one.hears[what] && matches(one, check, null))) {
    for (const hearer of hearersBy(route, directory, now)) {
      if (!hearers.has(hearer.channelId)) hearers.set(hearer.channelId, hearer);
    }
  }
  return [...hearers.values()];
}

export type Hearing = {
  check: RoutedCheck;
  routes: readonly Route[];
  directory: Directory;
  now: Instant;
};

function hearersBy(route: Route, directory: Directory, now: Instant): Hearer[] {
  const opening = openingAt(route.hours, now);
  const outside = opening.open ? null : route.hours?.outside;
  const targets = outside?.kind === "instead" ? outside.targets : (route.steps[0]?.targets ?? []);
  const notBefore = opening.open || outside?.kind === "instead" ? now : opening.beginsAt;
  return reach(targets, directory, now).map(({ channelId }) => ({
    channelId,
    notBefore,
    because: `route “${route.name}”`,
  }));
}
