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

/** An instant in a response. */
export const Timestamp = z.iso
  .datetime()
  .meta({ description: "ISO 8601, UTC.", example: "2026-03-29T01:00:00.000Z" });

/** Formats a stored instant, or one in epoch milliseconds, for a response. */
export function iso(at: Date | number): string {
  return new Date(at).toISOString();
}

export function isoOrNull(at: Date | number | null): string | null {
  return at === null ? null : iso(at);
}

/** The fields that identify the version of an object. */
export const Version = z.int().meta({ description: "Grows with every edit. It is the ETag, for If-Match." });
export const STAMPS = { createdAt: Timestamp, updatedAt: Timestamp };

export const NameInput = z
  .string("Give it a name.")
  .trim()
  .min(1, "Give it a name.")
  .max(100, "Use at most 100 characters.");

export const Role = z.enum(["owner", "editor", "viewer"]).meta({
  description: "A viewer reads, an editor changes checks and channels, an owner also keys and members.",
});

/** Picks the fields that the schema names, so that a column that is added later does not appear in responses. */
export function pickFields<S extends z.ZodObject, T extends z.input<S>>(
  schema: S,
  from: T,
): Pick<T, keyof z.input<S> & keyof T> {
  const named = Object.keys(schema.shape).map((key) => [key, Reflect.get(from, key)]);
  return Object.fromEntries(named) as Pick<T, keyof z.input<S> & keyof T>;
}
