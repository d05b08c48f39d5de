import type { Instant } from "@overdue/schedules";

/** Parses an ISO 8601 instant with a zone, which a schema has accepted already. */
export function instantOf(iso: string): Instant {
  return Date.parse(iso);
}
