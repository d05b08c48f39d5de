import { z } from "zod";

/** The ids in paths. */
export const InProject = z.object({ projectId: z.uuid() });
export const OfCheck = InProject.extend({ checkId: z.uuid() });
export const OfIncident = InProject.extend({ incidentId: z.uuid() });
export const OfStorm = InProject.extend({ stormId: z.uuid() });
export const OfWindow = InProject.extend({ windowId: z.uuid() });
export const OfChannel = InProject.extend({ channelId: z.uuid() });
export const OfRoute = InProject.extend({ routeId: z.uuid() });
export const OfPerson = InProject.extend({ personId: z.uuid() });
export const OfRotation = InProject.extend({ rotationId: z.uuid() });
export const OfTelegramLink = InProject.extend({ linkId: z.uuid() });
export const OfSlackLink = InProject.extend({ slackLinkId: z.uuid() });

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

/** What the schema names of `from`, and nothing else: a column added later does not leak into answers. */
export function pickFields<S extends z.ZodObject, T extends z.input<S>>(
  schema: S,
  from: T,
): Pick<T, keyof z.input<S> & keyof T> {
  const named = Object.keys(schema.shape).map((key) => [key, Reflect.get(from, key)]);
  return Object.fromEntries(named) as Pick<T, keyof z.input<S> & keyof T>;
}
