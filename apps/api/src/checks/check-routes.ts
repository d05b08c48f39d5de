import { deleteCheck, listChecks, restoreCheck } from "@overdue/db";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { IfMatch, tagged, versionIn } from "../http/etag.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { InProject, OfCheck } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { CheckInput, CheckPatch } from "./check-input.ts";
import { CheckView, checkView } from "./check-view.ts";
import { addCheck, changeDetails, readCheck, viewOptions } from "./check-verbs.ts";

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
      responses: { 200: json(pageOf(CheckView), "Checks, oldest first.") },
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
      const page = pageFrom(rows, limit, (last) => last.id);
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
      return c.json(tagged(c, view), 201);
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
      return c.json(tagged(c, view), 200);
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
      const version = versionIn(c.req.valid("header"));
      const view = await changeDetails(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
      return c.json(tagged(c, view), 200);
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
      return c.json(tagged(c, await readCheck(c, ref)), 200);
    },
  );
