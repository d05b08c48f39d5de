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

/** Kinds that inform and are not urgent: alerts go first, and these are given up sooner. */
export const INFORMATIONAL_KINDS = ["run", "notice"] as const satisfies readonly DeliveryKind[];

export function isInformational(kind: DeliveryKind): boolean {
  return kind === "run" || kind === "notice";
}

/** "sending": an attempt holds a lease. "superseded": a newer message, or one about several checks, took its place. */
export const DELIVERY_STATES = ["pending", "sending", "retry", "sent", "failed", "superseded"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * Kinds of channel that a program reads. Each alert is sent to them separately and at once, whatever the channel's grouping
 * settings are: a program expects one check in a message, and one incident under a key.
 */
export const PROGRAM_KINDS = ["webhook", "pagerduty", "opsgenie", "splunk-on-call"] as const;

/**
 * Kinds of channel whose provider keeps an incident of its own open until it gets its end. Overdue always sends the end:
 * also when the check is paused or deleted, and when the channel itself is changed or deleted.
 */
export const PROVIDER_INCIDENT_KINDS = ["pagerduty", "opsgenie", "splunk-on-call"] as const;

/** How an incident at a provider ends without a recovery of its check. */
export const PROVIDER_INCIDENT_ENDS = [
  "paused",
  "changed",
  "deleted",
  "channel-changed",
  "channel-deleted",
] as const;
export type ProviderIncidentEnd = (typeof PROVIDER_INCIDENT_ENDS)[number];
