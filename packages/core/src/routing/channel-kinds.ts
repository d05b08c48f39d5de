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
