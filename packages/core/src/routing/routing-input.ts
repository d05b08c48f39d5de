import type { Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import {
  type Directory,
  matchesRoute,
  ownRoute,
  type Route,
  type RoutedCheck,
  type SentNotification,
} from "./route.ts";

/** Everything that decides who is notified of an incident, and when. Instants are epoch milliseconds. */
export type RoutingInput = {
  incident: {
    reason: Reason;
    openedAt: Instant;
    resolvedAt: Instant | null;
    acknowledgedAt: Instant | null;
    /** `Infinity`: snoozed until it recovers. */
    snoozedUntil: Instant | null;
  };
  check: RoutedCheck;
  /** A check that this one depends on is down. That incident is notified of; this one waits. */
  dependsDown: boolean;
  routes: readonly Route[];
  directory: Directory;
  sent: readonly SentNotification[];
  now: Instant;
};

/** One message to one channel. `round` is 0 for the first message, and counts the reminders after it. */
export type PlannedNotification = {
  channelId: string;
  routeId: string;
  kind: "down" | "reminder" | "up";
  round: number;
  /** It must not be sent before this instant, because its route's hours hold it until then. */
  notBefore: Instant;
  /** Why this channel is notified, in words. */
  because: string;
};

/** The routes that notify of this incident's changes, the check's own list first. */
export function routesFor({ check, routes, incident }: Omit<RoutingInput, "now">): Route[] {
  return [ownRoute(check), ...routes].filter(
    (route) => route.notifyOn.changes && matchesRoute(route, check, incident.reason),
  );
}
