import { deleteCheck, forgetUsual, listChecks, pauseCheck, restoreCheck, resumeCheck } from "@overdue/db";
import { z } from "zod";

import { CheckInput, CheckPatch } from "./check-input.ts";
import { CheckView, checkView } from "./check-view.ts";
import { addCheck, changeCheck, readCheck, viewOptions } from "./save-check.ts";
import { READ, WRITE } from "../http/access.ts";
import { expectedVersion, IfMatch, withETag } from "../http/edits.ts";
import { PageQuery, pageSchema, readCursor, toPage } from "../http/page.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { InProject, OfCheck } from "../http/schemas.ts";

const ListQuery = PageQuery.extend({
  slug: z.string().max(100).optional(),
  tag: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .meta({ description: "Repeat it to ask for several." }),
});
const tags = ["Checks"];

export const checkRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks",
      summary: "List checks",
      tags,
      request: { params: InProject, query: ListQuery },
      responses: { 200: json(pageSchema(CheckView), "Checks, oldest first.") },
    }),
    async (c) => {
      const { limit, cursor, slug, tag } = c.req.valid("query");
      const filter = {
        ...c.req.valid("param"),
        ...(slug !== undefined && { slug }),
        tags: [tag ?? []].flat(),
      };
      const after = readCursor(cursor, z.uuid());
      const rows = await listChecks(c.var.deps.db, filter, { limit: limit + 1, after });
      const page = toPage(rows, limit, (last) => last.id);
      const options = await viewOptions(c, filter.projectId);
      return c.json({ ...page, items: page.items.map((row) => checkView(row, options)) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks",
      summary: "Create a check",
      tags,
      request: { params: InProject, body: body(CheckInput) },
      responses: { 201: json(CheckView, "The check.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const view = await addCheck(c, projectId, c.req.valid("json"));
      return c.json(withETag(c, view), 201);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}",
      summary: "Read a check",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The check; its version is the ETag.") },
    }),
    async (c) => {
      const view = await readCheck(c, c.req.valid("param"));
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "patch",
      path: "/v1/projects/{projectId}/checks/{checkId}",
      summary: "Edit a check",
      description: "Writes only the fields that are sent.",
      tags,
      request: { params: OfCheck, headers: IfMatch, body: body(CheckPatch) },
      responses: { 200: json(CheckView, "The check as it is now.") },
    }),
    async (c) => {
      const version = expectedVersion(c.req.valid("header"));
      const view = await changeCheck(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: "/v1/projects/{projectId}/checks/{checkId}",
      summary: "Delete a check",
      description: "Its ping URLs answer 404 and nothing is judged, until it is restored.",
      tags,
      request: { params: OfCheck },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      if (!(await deleteCheck(c.var.deps.db, c.req.valid("param")))) throw ApiError.notFound("check");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/restore",
      summary: "Undo the deletion of a check",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The check.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await restoreCheck(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(withETag(c, await readCheck(c, ref)), 200);
    },
  );

export const pauseRoutes = createRouter()
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/pause",
      summary: "Pause a check",
      description: "Nothing is judged until the next success or failure, or until it is resumed.",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The paused check.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await pauseCheck(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(withETag(c, await readCheck(c, ref)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/resume",
      summary: "Resume a paused check",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The check; it begins anew.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await resumeCheck(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(withETag(c, await readCheck(c, ref)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/checks/{checkId}/normal",
      summary: "Say that this is normal now",
      description:
        "Forgets how long its runs usually took, so that what was unusual is not noticed any more.",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(CheckView, "The check.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { pool, now } = c.var.deps;
      if (!(await forgetUsual(pool, ref, now()))) throw ApiError.notFound("check");
      return c.json(withETag(c, await readCheck(c, ref)), 200);
    },
  );
