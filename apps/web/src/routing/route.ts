import type { Reason, Severity } from "@overdue/core";

/** Whom a step tells. */
export type Target =
  | { kind: "channel"; channelId: string }
  | { kind: "person"; personId: string }
  | { kind: "on-call"; rotationId: string };

/** A step of a route: minutes count from the incident's opening. */
export type Step = { afterMinutes: number; targets: Target[]; ifUnacknowledged: boolean };

/** When a route may speak; weekdays from 1 (Monday) to 7 (Sunday), local times as 08:00. */
export type Hours = {
  timezone: string;
  weekdays: number[];
  from: string;
  to: string;
  outside: { kind: "hold" } | { kind: "instead"; targets: Target[] };
};

/** What a person decides about a route, as the API takes and tells it. */
export type RouteDraft = {
  name: string;
  match: { tags: string[]; reasons: Reason[]; severities: Severity[]; checkIds: string[] };
  hears: { changes: boolean; failures: boolean; runs: boolean; notices: boolean };
  steps: Step[];
  repeatMinutes: number | null;
  hours: Hours | null;
  recovery: boolean;
};
