import { createPerson, deletePerson, editPerson, findPerson, listPeople, restorePerson } from "@overdue/db";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import { expectedVersion, IfMatch, requireFound, withETag, withTargetErrors } from "../http/edits.ts";
import { InProject, OfPerson } from "../http/schemas.ts";
import { PageQuery, pageSchema, pageInMemory } from "../http/page.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { PersonInput, PersonPatch, PersonView, personView } from "../alert-routes/route-views.ts";

const tags = ["On call"];

export const personRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/people",
      summary: "List people",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(PersonView), "Oldest first.") },
    }),
    async (c) => {
      const rows = await listPeople(c.var.deps.db, c.req.valid("param").projectId);
      const page = pageInMemory(rows, c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(personView) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/people",
      summary: "Create a person",
      tags,
      request: { params: InProject, body: body(PersonInput) },
      responses: { 201: json(PersonView, "The person.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const row = await withTargetErrors("person", () =>
        createPerson(c.var.deps.db, projectId, c.req.valid("json")),
      );
      return c.json(withETag(c, personView(row)), 201);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/people/{personId}",
      summary: "Read a person",
      tags,
      request: { params: OfPerson },
      responses: { 200: json(PersonView, "The person.") },
    }),
    async (c) => {
      const row = requireFound("person", await findPerson(c.var.deps.db, c.req.valid("param")));
      return c.json(withETag(c, personView(row)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "patch",
      path: "/v1/projects/{projectId}/people/{personId}",
      summary: "Edit a person",
      description: "Writes only the fields that are sent.",
      tags,
      request: { params: OfPerson, headers: IfMatch, body: body(PersonPatch) },
      responses: { 200: json(PersonView, "The person as it is now.") },
    }),
    async (c) => {
      const version = expectedVersion(c.req.valid("header"));
      const edit = { fields: c.req.valid("json"), version };
      const row = await withTargetErrors("person", () =>
        editPerson(c.var.deps.db, c.req.valid("param"), edit),
      );
      const view = personView(requireFound("person", row));
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: "/v1/projects/{projectId}/people/{personId}",
      summary: "Delete a person",
      tags,
      request: { params: OfPerson },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      if (!(await deletePerson(c.var.deps.db, c.req.valid("param")))) throw ApiError.notFound("person");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "editor", key: "write" },
      {
        method: "post",
        path: "/v1/projects/{projectId}/people/{personId}/restore",
        summary: "Undo the deletion of a person",
        description: "Within 30 days; what named it names it again.",
        tags,
        request: { params: OfPerson },
        responses: { 200: json(PersonView, "The person.") },
      },
    ),
    async (c) => {
      const ref = c.req.valid("param");
      const isBack = await withTargetErrors("person", () => restorePerson(c.var.deps.db, ref));
      if (!isBack) throw ApiError.notFound("person");
      return c.json(personView(requireFound("person", await findPerson(c.var.deps.db, ref))), 200);
    },
  );
