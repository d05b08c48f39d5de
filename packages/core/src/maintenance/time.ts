import type { Instant } from "@overdue/schedules";

/** Reads an instant in ISO 8601 with its zone, as a schema has accepted it. */
export function instantOf(iso: string): Instant {
  return Date.parse(iso);
}
