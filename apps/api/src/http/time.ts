import { z } from "zod";

/** An instant as it is written in answers. */
export const Timestamp = z.iso
  .datetime()
  .meta({ description: "ISO 8601, UTC.", example: "2026-03-29T01:00:00.000Z" });

/** A stored instant as it is answered. */
export function iso(date: Date): string {
  return date.toISOString();
}

export function isoOrNull(at: Date | number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
