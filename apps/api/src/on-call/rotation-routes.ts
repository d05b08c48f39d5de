import {
  createRotation,
  deleteRotation,
  editRotation,
  findRotation,
  listPeople,
  listRotations,
  restoreRotation,
  type RotationRow,
} from "@overdue/db";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, IfMatch, requireFound, withETag, withTargetErrors } from "../http/edits.ts";
import { InProject, OfRotation } from "../http/schemas.ts";
import { PageQuery, pageSchema, pageInMemory } from "../http/page.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  RotationInput,
  RotationPatch,
  RotationView,
  rotationView,
  withInstants,
} from "../alert-routes/route-views.ts";

const tags = ["On call"];

export const rotationRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/rotations",
      summary: "List rotations",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(RotationView), "Oldest first.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const page = pageInMemory(await listRotations(c.var.deps.db, projectId), c.req.valid("query"));
      return c.json({ ...page, items: await viewsOf(c, projectId, page.items) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/rotations",
      summary: "Create a rotation",
      tags,
      request: { params: InProject, body: body(RotationInput) },
      responses: { 201: json(RotationView, "The rotation.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const row = await withTargetErrors("rotation", () =>
        createRotation(c.var.deps.db, projectId, { overrides: [], ...withInstants(c.req.valid("json")) }),
      );
      return c.json(withETag(c, await viewOf(c, row)), 201);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/rotations/{rotationId}",
      summary: "Read a rotation",
      tags,
      request: { params: OfRotation },
      responses: { 200: json(RotationView, "The rotation.") },
    }),
    async (c) => {
      const row = requireFound("rotation", await findRotation(c.var.deps.db, c.req.valid("param")));
      return c.json(withETag(c, await viewOf(c, row)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "patch",
      path: "/v1/projects/{projectId}/rotations/{rotationId}",
      summary: "Edit a rotation",
      description: "Writes only the fields that are sent.",
      tags,
      request: { params: OfRotation, headers: IfMatch, body: body(RotationPatch) },
      responses: { 200: json(RotationView, "The rotation as it is now.") },
    }),
    async (c) => {
      const version = expectedVersion(c.req.valid("header"));
      const edit = { fields: withInstants(c.req.valid("json")), version };
      const row = await withTargetErrors("rotation", () =>
        editRotation(c.var.deps.db, c.req.valid("param"), edit),
      );
      const view = await viewOf(c, requireFound("rotation", row));
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: "/v1/projects/{projectId}/rotations/{rotationId}",
      summary: "Delete a rotation",
      tags,
      request: { params: OfRotation },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      if (!(await deleteRotation(c.var.deps.db, c.req.valid("param")))) throw ApiError.notFound("rotation");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "editor", key: "write" },
      {
        method: "post",
        path: "/v1/projects/{projectId}/rotations/{rotationId}/restore",
        summary: "Undo the deletion of a rotation",
        description: "Within 30 days; what named it names it again.",
        tags,
        request: { params: OfRotation },
        responses: { 200: json(RotationView, "The rotation.") },
      },
    ),
    async (c) => {
      const ref = c.req.valid("param");
      const isBack = await withTargetErrors("rotation", () => restoreRotation(c.var.deps.db, ref));
      if (!isBack) throw ApiError.notFound("rotation");
      return c.json(await viewOf(c, requireFound("rotation", await findRotation(c.var.deps.db, ref))), 200);
    },
  );

async function viewOf(c: AppContext, row: RotationRow) {
  const people = await listPeople(c.var.deps.db, row.projectId);
  return rotationView(row, people, Date.now());
}

async function viewsOf(c: AppContext, projectId: string, rows: readonly RotationRow[]) {
  const people = await listPeople(c.var.deps.db, projectId);
  return rows.map((row) => rotationView(row, people, Date.now()));
}
