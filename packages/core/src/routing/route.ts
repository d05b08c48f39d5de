import type { Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import type { Rotation } from "./on-call.ts";

/** How much a check matters, as a person says. */
export type Severity = "info" | "warning" | "critical";

/** Whom a step of a route tells. A person is told on every channel of theirs. */
export type Target =
  | { kind: "channel"; channelId: string }
  | { kind: "person"; personId: string }
  | { kind: "on-call"; rotationId: string };

/** Which checks and incidents a route is for: all named kinds of condition must hold, an empty list always does. */
type Match = {
  tags: readonly string[];
  reasons: readonly Reason[];
  severities: readonly Severity[];
  checkIds: readonly string[];
};

/** What a route tells of. `changes`: down and up. `failures`: each failing run, also while down already. */
type Hears = { changes: boolean; failures: boolean; runs: boolean; notices: boolean };

/** `afterMinutes` count from the incident's opening, and from the first step on from when that one was told. */
export type Step = {
  afterMinutes: number;
  targets: readonly Target[];
  /** False: told even where somebody has acknowledged. */
  ifUnacknowledged: boolean;
};

/**
 * When a route may speak: local times "08:00" of the weekdays on which a span begins (1 Monday … 7 Sunday). `to` not
 * later than `from` is the next day's.
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
  hears: Hears;
  /** By `afterMinutes`, at least one. */
  steps: readonly Step[];
  /** "Still down", again and again until somebody acknowledges; null: once is enough. */
  repeatMinutes: number | null;
  hours: Hours | null;
  /** Whether those who were told of the down are told of the up. */
  recovery: boolean;
};

export type Person = { id: string; name: string; channelIds: readonly string[] };

/** Whom targets lead to. `channelIds`: those that exist. `incidentChannelIds`: those of them of `INCIDENT_KINDS`. */
export type Directory = {
  channelIds: ReadonlySet<string>;
  incidentChannelIds?: ReadonlySet<string>;
  people: ReadonlyMap<string, Person>;
  rotations: ReadonlyMap<string, Rotation>;
};

/** What of a check decides who hears of it. `channelIds`: its own list, which is the simplest route. */
export type RoutedCheck = {
  id: string;
  tags: readonly string[];
  severity: Severity;
  channelIds: readonly string[];
};

/** A message of an incident that was decided on before: to whom, by which route, and when. */
export type Told = { channelId: string; routeId: string; at: Instant };

/** The id under which a check's own list of channels is told. */
export const OWN_ROUTE = "own";

/** A check's own list of channels as a route: changes, at once, always, recovery too. */
export function ownRoute({ channelIds }: RoutedCheck): Route {
  const targets = channelIds.map((channelId) => ({ kind: "channel" as const, channelId }));
  return {
    id: OWN_ROUTE,
    name: "the check's own channels",
    match: { tags: [], reasons: [], severities: [], checkIds: [] },
    hears: { changes: true, failures: false, runs: false, notices: false },
    steps: [{ afterMinutes: 0, targets, ifUnacknowledged: true }],
    repeatMinutes: null,
    hours: null,
    recovery: true,
  };
}

/** Whether a route is for this check, and for this reason where there is one. */
export function matches({ match }: Route, check: RoutedCheck, reason: Reason | null): boolean {
  return (
    (match.tags.length === 0 || match.tags.some((tag) => check.tags.includes(tag))) &&
    (match.severities.length === 0 || match.severities.includes(check.severity)) &&
    (match.checkIds.length === 0 || match.checkIds.includes(check.id)) &&
    (reason === null || match.reasons.length === 0 || match.reasons.includes(reason))
  );
}
