import { onCallAt, TimeOfDayInput } from "@overdue/core";
import {
  createPerson,
  createRotation,
  deletePerson,
  deleteRotation,
  editPerson,
  editRotation,
  findPerson,
  findRotation,
  listPeople,
  listRotations,
  type PersonRow,
  restorePerson,
  restoreRotation,
  type RotationRow,
} from "@overdue/db";
import { type Instant, TimezoneInput } from "@overdue/schedules";
import { z } from "zod";

import { READ_DETAILS } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { resource } from "../http/resource.ts";
import { createRouter } from "../http/route.ts";
import {
  iso,
  NameInput,
  OfPerson,
  OfRotation,
  pageInMemory,
  PageQuery,
  STAMPS,
  Timestamp,
  Version,
} from "../http/schemas.ts";

const personFields = {
  name: NameInput,
  channelIds: z.array(z.uuid()).min(1, "Name at least one channel.").max(20, "Name at most 20 channels."),
};
const PersonView = z
  .object({ id: z.uuid(), version: Version, name: z.string(), channelIds: z.array(z.uuid()), ...STAMPS })
  .meta({ id: "Person", description: "Somebody who is notified on several channels, and may be on call." });

const people = resource({
  path: "/v1/projects/{projectId}/people",
  id: "personId",
  params: OfPerson,
  access: READ_DETAILS,
  noun: "person",
  nouns: "people",
  tag: "On call",
  query: PageQuery,
  order: "Oldest first.",
  view: PersonView,
  saved: PersonView,
  input: z.strictObject(personFields).meta({ id: "PersonInput" }),
  patch: z.strictObject(personFields).partial().meta({ id: "PersonPatch" }),
  descriptions: { restore: "Within 30 days. Routes and rotations that named the person name them again." },
});

export const personRoutes = createRouter()
  .openapi(people.list, async (c) => {
    const rows = await listPeople(c.var.deps.db, c.req.valid("param").projectId);
    const page = pageInMemory(rows, c.req.valid("query"));
    return c.json({ ...page, items: page.items.map(personView) }, 200);
  })
  .openapi(people.create, async (c) => {
    const row = await createPerson(c.var.deps.db, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, personView(row)), 201);
  })
  .openapi(people.read, async (c) => {
    const row = requireFound("person", await findPerson(c.var.deps.db, c.req.valid("param")));
    return c.json(withETag(c, personView(row)), 200);
  })
  .openapi(people.edit, async (c) => {
    const edit = { fields: c.req.valid("json"), version: expectedVersion(c.req.valid("header")) };
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    const before = personView(requireFound("person", await findPerson(db, ref)));
    const after = personView(requireFound("person", await editPerson(db, ref, edit)));
    return c.json(withETag(c, recordChange(c, { before, after })), 200);
  })
  .openapi(people.remove, async (c) => {
    requireFound("person", await deletePerson(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(people.restore, async (c) => {
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    requireFound("person", await restorePerson(db, ref));
    return c.json(withETag(c, personView(requireFound("person", await findPerson(db, ref)))), 200);
  });

function personView(row: PersonRow) {
  return PersonView.parse({ ...row, createdAt: iso(row.createdAt), updatedAt: iso(row.updatedAt) });
}

const Override = z
  .strictObject({ personId: z.uuid(), from: Timestamp, until: Timestamp })
  .refine(({ from, until }) => Date.parse(from) < Date.parse(until), "An override ends after it begins.");
const rotationFields = {
  name: NameInput,
  timezone: TimezoneInput,
  every: z.enum(["day", "week"], { error: "every must be day or week" }),
  startsOn: z.iso.date("Write the day of the first turn as 2026-11-23."),
  handOverAt: TimeOfDayInput,
  personIds: z.array(z.uuid()).min(1, "Name at least one person.").max(100, "Name at most 100 people."),
  overrides: z.array(Override).max(200, "Name at most 200 overrides."),
};
const OnCallView = z
  .object({
    personId: z.uuid(),
    name: z.string().nullable().meta({ description: "Null: the person was deleted." }),
    until: Timestamp.meta({ description: "The next hand-over, or the begin or end of an override." }),
  })
  .meta({ id: "OnCall" });
const RotationView = z
  .object({
    id: z.uuid(),
    version: Version,
    ...rotationFields,
    onCall: OnCallView.nullable().meta({ description: "Who is on call now." }),
    ...STAMPS,
  })
  .meta({
    id: "Rotation",
    description: "People who take turns. They hand over by the wall clock of the rotation's time zone.",
  });

const rotations = resource({
  path: "/v1/projects/{projectId}/rotations",
  id: "rotationId",
  params: OfRotation,
  access: READ_DETAILS,
  noun: "rotation",
  nouns: "rotations",
  tag: "On call",
  query: PageQuery,
  order: "Oldest first.",
  view: RotationView,
  saved: RotationView,
  input: z
    .strictObject({ ...rotationFields, overrides: rotationFields.overrides.default([]) })
    .meta({ id: "RotationInput" }),
  patch: z.strictObject(rotationFields).partial().meta({ id: "RotationPatch" }),
  descriptions: { restore: "Within 30 days. Routes that named the rotation name it again." },
});

export const rotationRoutes = createRouter()
  .openapi(rotations.list, async (c) => {
    const { db, now } = c.var.deps;
    const { projectId } = c.req.valid("param");
    const page = pageInMemory(await listRotations(db, projectId), c.req.valid("query"));
    const people = await listPeople(db, projectId);
    return c.json({ ...page, items: page.items.map((row) => rotationView(row, people, now())) }, 200);
  })
  .openapi(rotations.create, async (c) => {
    const { projectId } = c.req.valid("param");
    const row = await createRotation(c.var.deps.db, projectId, {
      overrides: [],
      ...withInstants(c.req.valid("json")),
    });
    return c.json(withETag(c, await viewRotation(c, row)), 201);
  })
  .openapi(rotations.read, async (c) => {
    const row = requireFound("rotation", await findRotation(c.var.deps.db, c.req.valid("param")));
    return c.json(withETag(c, await viewRotation(c, row)), 200);
  })
  .openapi(rotations.edit, async (c) => {
    const version = expectedVersion(c.req.valid("header"));
    const edit = { fields: withInstants(c.req.valid("json")), version };
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    const before = await viewRotation(c, requireFound("rotation", await findRotation(db, ref)));
    const after = await viewRotation(c, requireFound("rotation", await editRotation(db, ref, edit)));
    return c.json(withETag(c, recordChange(c, { before, after })), 200);
  })
  .openapi(rotations.remove, async (c) => {
    requireFound("rotation", await deleteRotation(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(rotations.restore, async (c) => {
    const { db } = c.var.deps;
    const ref = c.req.valid("param");
    requireFound("rotation", await restoreRotation(db, ref));
    const row = requireFound("rotation", await findRotation(db, ref));
    return c.json(withETag(c, await viewRotation(c, row)), 200);
  });

async function viewRotation(c: AppContext, row: RotationRow) {
  const { db, now } = c.var.deps;
  return rotationView(row, await listPeople(db, row.projectId), now());
}

function rotationView(row: RotationRow, people: readonly PersonRow[], now: Instant) {
  const onCall = onCallAt(row, now);
  return RotationView.parse({
    ...row,
    overrides: row.overrides.map(({ personId, from, until }) => ({
      personId,
      from: iso(from),
      until: iso(until),
    })),
    onCall:
      onCall === null
        ? null
        : {
            personId: onCall.personId,
            name: people.find(({ id }) => id === onCall.personId)?.name ?? null,
            until: iso(onCall.until),
          },
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  });
}

/** The fields of a body with the overrides' times in epoch milliseconds, which is how core counts. */
function withInstants<F extends { overrides?: z.output<typeof Override>[] | undefined }>(fields: F) {
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
