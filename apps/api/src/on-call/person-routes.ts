import {
  createPerson,
  deletePerson,
  editPerson,
  findPerson,
  listPeople,
  type PersonRow,
  restorePerson,
} from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { pageInMemory, PageQuery } from "../http/page.ts";
import { resource } from "../http/resource.ts";
import { createRouter } from "../http/route.ts";
import { iso, NameInput, OfPerson, STAMPS, Version } from "../http/schemas.ts";

const shape = {
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
  input: z.strictObject(shape).meta({ id: "PersonInput" }),
  patch: z.strictObject(shape).partial().meta({ id: "PersonPatch" }),
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
