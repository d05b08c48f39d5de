import { onCallAt, ReasonInput, SeverityInput, TimeOfDayInput } from "@overdue/core";
import { type Instant, TimezoneInput } from "@overdue/schedules";
import type { PersonRow, RotationRow, RouteRow } from "@overdue/db";
import { z } from "zod";

import { iso, Timestamp } from "../http/schemas.ts";

const Version = z.int().meta({ description: "Grows with every edit; the ETag." });
const stamps = { createdAt: Timestamp, updatedAt: Timestamp };
const Name = z
  .string("Give it a name.")
  .trim()
  .min(1, "Give it a name.")
  .max(100, "Use at most 100 characters.");

const Targets = z.array(
  z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("channel"), channelId: z.uuid() }),
    z.object({ kind: z.literal("person"), personId: z.uuid() }),
    z.object({ kind: z.literal("on-call"), rotationId: z.uuid() }),
  ]),
);
const HoursView = z.object({
  timezone: z.string(),
  weekdays: z.array(z.int()).meta({ description: "1 is Monday, 7 is Sunday." }),
  from: z.string(),
  to: z.string().meta({ description: "Not later than `from`: on the next day." }),
  outside: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("hold") }),
    z.object({ kind: z.literal("instead"), targets: Targets }),
  ]),
});

/** A route as it is stored: all of what was sent, and where it stands among the others. */
export const AlertRouteView = z
  .object({
    id: z.uuid(),
    version: Version,
    position: z.int().meta({ description: "Of two routes that would tell one channel, the lower does." }),
    name: z.string(),
    match: z.object({
      tags: z.array(z.string()),
      reasons: z.array(ReasonInput),
      severities: z.array(SeverityInput),
      checkIds: z.array(z.uuid()),
    }),
    notifyOn: z.object({
      changes: z.boolean(),
      failures: z.boolean(),
      runs: z.boolean(),
      notices: z.boolean(),
    }),
    steps: z.array(z.object({ afterMinutes: z.int(), targets: Targets, ifUnacknowledged: z.boolean() })),
    repeatMinutes: z.int().nullable(),
    hours: HoursView.nullable().meta({ description: "Null: at all hours." }),
    recovery: z.boolean(),
    managedBy: z.enum(["config"]).nullable().meta({
      description: "config: a configuration file owns it, and undoes edits.",
    }),
    ...stamps,
  })
  .meta({ id: "Route" });

export function alertRouteView(row: RouteRow) {
  return AlertRouteView.parse({ ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) });
}

const personShape = {
  name: Name,
  channelIds: z.array(z.uuid()).min(1, "Name at least one channel.").max(20, "Name at most 20 channels."),
};
export const PersonInput = z.strictObject(personShape).meta({ id: "PersonInput" });
export const PersonPatch = z.strictObject(personShape).partial().meta({ id: "PersonPatch" });
export const PersonView = z
  .object({ id: z.uuid(), version: Version, name: z.string(), channelIds: z.array(z.uuid()), ...stamps })
  .meta({ id: "Person", description: "Somebody who is told on several channels, and may be on call." });

export function personView(row: PersonRow) {
  return PersonView.parse({ ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) });
}

const Override = z
  .strictObject({ personId: z.uuid(), from: Timestamp, until: Timestamp })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), "An override ends after it begins.");
const rotationShape = {
  name: Name,
  timezone: TimezoneInput,
  every: z.enum(["day", "week"], { error: "every must be day or week" }),
  startsOn: z.iso.date("Write the day of the first turn as 2026-11-23."),
  handOverAt: TimeOfDayInput,
  personIds: z.array(z.uuid()).min(1, "Name at least one person.").max(100, "Name at most 100 people."),
  overrides: z.array(Override).max(200, "Name at most 200 overrides."),
};
export const RotationInput = z
  .strictObject({ ...rotationShape, overrides: rotationShape.overrides.default([]) })
  .meta({ id: "RotationInput" });
export const RotationPatch = z.strictObject(rotationShape).partial().meta({ id: "RotationPatch" });

const OnCallView = z
  .object({
    personId: z.uuid(),
    name: z.string().nullable().meta({ description: "Null: the person was deleted." }),
    until: Timestamp.meta({ description: "The next hand-over, or the begin or end of an override." }),
  })
  .meta({ id: "OnCall" });
export const RotationView = z
  .object({
    id: z.uuid(),
    version: Version,
    ...rotationShape,
    onCall: OnCallView.nullable().meta({ description: "Who is on call now." }),
    ...stamps,
  })
  .meta({
    id: "Rotation",
    description: "People who take turns, with hand-over by the wall clock of its zone.",
  });

export function rotationView(row: RotationRow, people: readonly PersonRow[], now: Instant) {
  const onCall = onCallAt(row, now);
  return RotationView.parse({
    ...row,
    overrides: row.overrides.map(({ personId, from, until }) => ({
      personId,
      from: new Date(from).toISOString(),
      until: new Date(until).toISOString(),
    })),
    onCall:
      onCall === null
        ? null
        : {
            personId: onCall.personId,
            name: people.find(({ id }) => id === onCall.personId)?.name ?? null,
            until: new Date(onCall.until).toISOString(),
          },
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  });
}

/** Overrides as core counts: epoch milliseconds. */
export function withInstants<F extends { overrides?: z.output<typeof Override>[] | undefined }>(fields: F) {
  const { overrides, ...rest } = fields;
  return {
    ...rest,
    ...(overrides !== undefined && {
      overrides: overrides.map(({ personId, from, until }) => ({
        personId,
        from: Date.parse(from),
        until: Date.parse(until),
      })),
    }),
  };
}
