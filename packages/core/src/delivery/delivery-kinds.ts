/** Every kind of message that a delivery can carry. */
export const DELIVERY_KINDS = [
  "down",
  "up",
  "test",
  "reminder",
  "run",
  "notice",
  "report",
  "system",
  "confirm",
] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Kinds that are worth a line and no hurry: they let alerts go first, and are soon given up. */
export const INFORMATIONAL_KINDS = ["run", "notice"] as const satisfies readonly DeliveryKind[];

export function isInformational(kind: DeliveryKind): boolean {
  return kind === "run" || kind === "notice";
}

/** "sending": an attempt holds a lease. "superseded": a newer message, or one about several checks, took its place. */
export const DELIVERY_STATES = ["pending", "sending", "retry", "sent", "failed", "superseded"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * Kinds of channel that a program reads. Each alert is sent to them by itself and at once, whatever the channel groups
 * or collects: a program finds one check in a message, and one incident under a key.
 */
export const PROGRAM_KINDS = ["webhook", "pagerduty", "opsgenie", "splunk-on-call"] as const;

/**
 * Kinds of channel that keep an incident of their own open until they are sent its end. They are sent it in every case:
 * also when the check is paused or deleted, and when the channel itself is changed or deleted.
 */
export const INCIDENT_KINDS = ["pagerduty", "opsgenie", "splunk-on-call"] as const;

/** How an incident ends, or leaves the channel that keeps it, without a recovery of its check. */
export const INCIDENT_ENDS = ["paused", "changed", "deleted", "channel-changed", "channel-deleted"] as const;
export type IncidentEnd = (typeof INCIDENT_ENDS)[number];
