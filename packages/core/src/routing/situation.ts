import type { Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import { type Directory, matches, ownRoute, type Route, type RoutedCheck, type Told } from "./route.ts";

/** Everything on which depends who hears of an incident, and when. Instants are epoch milliseconds. */
export type Situation = {
  incident: {
    reason: Reason;
    openedAt: Instant;
    resolvedAt: Instant | null;
    acknowledgedAt: Instant | null;
    /** `Infinity`: until it recovers. */
    snoozedUntil: Instant | null;
  };
  check: RoutedCheck;
  /** A check that this one depends on is down: that one is told of, this one waits. */
  dependsDown: boolean;
  routes: readonly Route[];
  directory: Directory;
  told: readonly Told[];
  now: Instant;
};

/** One message to one channel. `round`: 0 for the first news, then counted for each reminder. */
export type Tell = {
  channelId: string;
  routeId: string;
  kind: "down" | "reminder" | "up";
  round: number;
  /** Not before this instant: a route's hours hold it. */
  notBefore: Instant;
  /** Why this channel, in words. */
  because: string;
};

/** The routes that tell of this incident's changes, the check's own list first. */
export function routesFor({ check, routes, incident }: Omit<Situation, "now">): Route[] {
  return [ownRoute(check), ...routes].filter(
    (route) => route.hears.changes && matches(route, check, incident.reason),
  );
}
