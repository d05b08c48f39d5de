import { SEVERITIES } from "@overdue/core";

import { browserZone, instant, shortZonedText } from "../time/zones.ts";
import { capital, REASON_TEXTS } from "../text/reason-text.ts";
import type { StormView, TimelineItem } from "./incident-queries.ts";

type IncidentAttention = {
  acknowledgedBy: string | null;
  acknowledgedAt: string | null;
  /** ISO 8601, or "recovery". */
  snoozedUntil: string | null;
};

/** "Acknowledged by Ada. Snoozed until Sat 21 Nov, 09:00 CET." */
export function acknowledgementText(
  { acknowledgedAt, acknowledgedBy, snoozedUntil }: IncidentAttention,
  now: number,
): string {
  const acknowledged = acknowledgedAt === null ? "" : `Acknowledged by ${acknowledgedBy ?? "somebody"}.`;
  const snoozed = isSnoozed(snoozedUntil, now) ? `Snoozed ${snoozeText(snoozedUntil)}.` : "";
  return [acknowledged, snoozed].filter((text) => text !== "").join(" ") || "Nobody has acknowledged it yet.";
}

type IncidentNeed = Omit<IncidentAttention, "acknowledgedBy"> & {
  severity: (typeof SEVERITIES)[number];
  openedAt: string;
};

/**
 * Open incidents as the list of checks puts its rows: those that nobody has acknowledged or snoozed first, critical before
 * warning before info, and of the same severity the oldest first.
 */
export function sortByNeed<Of extends IncidentNeed>(incidents: readonly Of[], now: number): Of[] {
  const rank = ({ acknowledgedAt, snoozedUntil, severity }: Of) =>
    (acknowledgedAt !== null || isSnoozed(snoozedUntil, now) ? SEVERITIES.length : 0) -
    SEVERITIES.indexOf(severity);
  return incidents.toSorted(
    (one, other) => rank(one) - rank(other) || instant(one.openedAt) - instant(other.openedAt),
  );
}

/**
 * "until Sat 21 Nov, 09:00 CET", or "until it recovers". `until`: ISO 8601; without an end, the API says "recovery" in
 * an incident, and "infinity" in an item of its timeline.
 */
export function snoozeText(until: string): string {
  if (until === "recovery" || until === "infinity") return "until it recovers";
  return `until ${shortZonedText(instant(until), browserZone())}`;
}

function isSnoozed(until: string | null, now: number): until is string {
  return until !== null && (until === "recovery" || instant(until) > now);
}

const STATUS_LABELS: Record<string, string> = { up: "Up again", down: "Down", paused: "Paused", new: "New" };
const STATE_TEXTS: Record<string, string> = {
  pending: "queued",
  sending: "being sent",
  retry: "will be tried again",
  sent: "accepted",
  failed: "given up",
  superseded: "superseded by a newer one",
};
const DELIVERY_TITLES: Record<string, string> = { down: "Down alert", up: "Recovery", reminder: "Reminder" };

/** One line of an incident's timeline. */
export function timelineText(item: TimelineItem): string {
  switch (item.kind) {
    case "flip":
      return item.reason === null
        ? (STATUS_LABELS[item.to] ?? item.to)
        : `${STATUS_LABELS[item.to] ?? item.to}: ${REASON_TEXTS[item.reason]}`;
    case "delivery":
      return `${DELIVERY_TITLES[item.deliveryKind] ?? capital(item.deliveryKind)} to ${item.channelName}: ${stateText(item)}`;
    case "acknowledged":
      return `${item.by} acknowledged it`;
    case "unacknowledged":
      return `${item.by} removed the acknowledgement`;
    case "snoozed":
      return `${item.by} snoozed it ${snoozeText(item.text)}`;
    case "maintenance":
      return `Maintenance window “${item.text}”, created by ${item.by}`;
    case "note":
      return `${item.by}: ${item.text}`;
  }
}

type DeliveryProgress = Pick<Extract<TimelineItem, { kind: "delivery" }>, "state" | "attempts" | "lastError">;

function stateText({ state, attempts, lastError }: DeliveryProgress): string {
  const tries = attempts > 1 ? ` after ${attempts} attempts` : "";
  const because = lastError === null || state === "sent" ? "" : ` (${lastError})`;
  return `${STATE_TEXTS[state] ?? state}${tries}${because}`;
}

/** "12 incidents at once", or "12 incidents on host db1". */
export function stormTitle({ incidents, shared }: Pick<StormView, "incidents" | "shared">): string {
  const count = incidents === 1 ? "1 incident" : `${incidents} incidents`;
  return shared === null ? `${count} at once` : `${count} ${sharedText(shared)}`;
}

/** "3 of 12 are open", "All are resolved". */
export function openText({ incidents, open }: Pick<StormView, "incidents" | "open">): string {
  if (open === 0) return "All are resolved";
  return open === incidents ? "All are open" : `${open} of ${incidents} are open`;
}

function sharedText({ kind, value, name }: NonNullable<StormView["shared"]>): string {
  switch (kind) {
    case "host":
      return `on host ${value}`;
    case "address":
      return `from ${value}`;
    case "tag":
      return `with the tag ${value}`;
    case "dependency":
      return name === null ? "that depend on one check" : `that depend on ${name}`;
  }
}
