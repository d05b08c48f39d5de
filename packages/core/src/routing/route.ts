import type { Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import type { Rotation } from "./on-call.ts";

/** How much a check matters; set by a person. */
export const SEVERITIES = ["info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Whom a step of a route notifies. A person is notified on each of their channels. */
export type Target =
  | { kind: "channel"; channelId: string }
  | { kind: "person"; personId: string }
  | { kind: "on-call"; rotationId: string };

/** Which checks and incidents a route is for: every condition must hold, and an empty list always does. */
type Match = {
  tags: readonly string[];
  reasons: readonly Reason[];
  severities: readonly Severity[];
  checkIds: readonly string[];
};

/**
 * What a route notifies of. `changes`: down and up. `failures`: each failing run, even while the check is down already.
 * `runs`: every run. `notices`: what is worth a look but changes no status.
 */
type NotifyOn = { changes: boolean; failures: boolean; runs: boolean; notices: boolean };

/** `afterMinutes` counts from the incident's opening; from the second step on, from when the first step was sent. */
export type Step = {
  afterMinutes: number;
  targets: readonly Target[];
  /** False: the step notifies even if somebody has acknowledged the incident. */
  ifUnacknowledged: boolean;
};

/**
 * When a route may notify: from one local time, such as "08:00", to another, on the weekdays on which a span begins
 * (1 Monday … 7 Sunday). If `to` is not later than `from`, the span ends on the next day.
 */
export type Hours = {
  timezone: string;
  weekdays: readonly number[];
  from: string;
  to: string;
  outside: { kind: "hold" } | { kind: "instead"; targets: readonly Target[] };
};

/** A rule that says which incidents go to which channels, when, and how often. */
export type Route = {
  id: string;
  name: string;
  match: Match;
  notifyOn: NotifyOn;
  /** At least one, ordered by `afterMinutes`. */
  steps: readonly Step[];
  /** How often reminders ("still down") are sent until somebody acknowledges; null: never. */
  repeatMinutes: number | null;
  hours: Hours | null;
  /** Whether the channels that were notified of the down are notified of the up. */
  recovery: boolean;
};

export type Person = { id: string; name: string; channelIds: readonly string[] };

/**
 * Everything that targets can lead to. `channelIds`: the channels that exist. `incidentChannelIds`: those of them whose
 * kind is one of `PROVIDER_INCIDENT_KINDS`.
 */
export type Directory = {
  channelIds: ReadonlySet<string>;
  incidentChannelIds?: ReadonlySet<string>;
  people: ReadonlyMap<string, Person>;
  rotations: ReadonlyMap<string, Rotation>;
};

/** The parts of a check that decide who is notified of it. `channelIds` is its own list, which is the simplest route. */
export type RoutedCheck = {
  id: string;
  tags: readonly string[];
  severity: Severity;
  channelIds: readonly string[];
};

/** A notification of an incident that was planned before: to which channel, by which route, and when. */
export type SentNotification = { channelId: string; routeId: string; at: Instant };

/** The route id of notifications to a check's own list of channels. */
export const OWN_ROUTE = "own";

/** A check's own list of channels as a route: changes, at once, always, recovery too. */
function ownRoute({ channelIds }: RoutedCheck): Route {
  const targets = channelIds.map((channelId) => ({ kind: "channel" as const, channelId }));
  return {
    id: OWN_ROUTE,
    name: "the check's own channels",
    match: { tags: [], reasons: [], severities: [], checkIds: [] },
    notifyOn: { changes: true, failures: false, runs: false, notices: false },
    steps: [{ afterMinutes: 0, targets, ifUnacknowledged: true }],
    repeatMinutes: null,
    hours: null,
    recovery: true,
  };
}

/** Whether a route is for this check, and for this reason if one is given. */
export function matchesRoute({ match }: Route, check: RoutedCheck, reason: Reason | null): boolean {
  return (
    (match.tags.length === 0 || match.tags.some((tag) => check.tags.includes(tag))) &&
    (match.severities.length === 0 || match.severities.includes(check.severity)) &&
    (match.checkIds.length === 0 || match.checkIds.includes(check.id)) &&
    (reason === null || match.reasons.length === 0 || match.reasons.includes(reason))
  );
}

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
  /** A check that this one depends on is down. People are notified of that incident, and this one waits. */
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
  /** The earliest instant to send it, if its route's hours hold it. */
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
