import { deleteView, findView, listViews, type SavedView, saveView, VIEWS_MAX } from "@overdue/db";
import { z } from "zod";

import { MEMBER_IN_PERSON } from "../http/access.ts";
import { type AppContext, canWrite, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  InProject,
  iso,
  NameInput,
  pageInMemory,
  PageQuery,
  pageSchema,
  Timestamp,
} from "../http/schemas.ts";

const PART = 200;
const Search = z
  .record(
    z.string().max(20),
    z.union([z.string().max(PART), z.array(z.string().max(PART)).max(20)]),
    "Give the query parameters of the list of checks by name.",
  )
  .refine((parts) => Object.keys(parts).length <= 10, "A view has at most 10 parts.")
  .meta({
    description: "The query parameters of the list of checks.",
    example: { tag: ["db"], sort: "last" },
  });

const ViewInput = z
  .strictObject({
    name: NameInput,
    search: Search,
    shared: z.boolean().default(false).meta({ description: "For every member, instead of for you alone." }),
  })
  .meta({ id: "SavedViewInput" });
const SavedViewView = z
  .object({ id: z.uuid(), name: z.string(), search: Search, shared: z.boolean(), createdAt: Timestamp })
  .meta({ id: "SavedView" });
const OfView = InProject.extend({ viewId: z.uuid() });
const tags = ["Checks"];

export const viewRoutes = createRouter()
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/views",
      summary: "List saved views of the list of checks",
      description: "Your own and the project's, by name.",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(SavedViewView), "Views.") },
    }),
    async (c) => {
      const views = await listViews(c.var.deps.db, memberOf(c));
      const page = pageInMemory(views, c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(viewOf) }, 200);
    },
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "post",
      path: "/v1/projects/{projectId}/views",
      summary: "Save a view of the list of checks",
      description: "Replaces your view of the same name, or the project's. To share one takes an editor.",
      tags,
      request: { params: InProject, body: body(ViewInput) },
      responses: { 201: json(SavedViewView, "The view.") },
    }),
    async (c) => {
      const { name, search, shared } = c.req.valid("json");
      const { projectId, userId } = memberOf(c);
      if (shared) requireEditor(c);
      const saved = await saveView(c.var.deps.db, {
        projectId,
        userId: shared ? null : userId,
        name,
        search,
      });
      if (saved === null)
        throw new ApiError("conflict", `There are ${VIEWS_MAX} views already: remove one first.`);
      return c.json(viewOf(saved), 201);
    },
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "delete",
      path: "/v1/projects/{projectId}/views/{viewId}",
      summary: "Remove a saved view",
      description: "Your own; to remove one of the project takes an editor.",
      tags,
      request: { params: OfView },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { projectId, viewId } = c.req.valid("param");
      const view = await findView(c.var.deps.db, { ...memberOf(c), viewId });
      if (view === null) throw ApiError.notFound("view");
      if (view.userId === null) requireEditor(c);
      await deleteView(c.var.deps.db, { projectId, viewId });
      return c.body(null, 204);
    },
  );

function memberOf(c: AppContext) {
  return { projectId: c.req.param("projectId") ?? "", userId: requirePerson(c).userId };
}

function requireEditor(c: AppContext): void {
  if (!canWrite(c.var)) throw new ApiError("forbidden", "To change views of the project takes an editor.");
}

function viewOf({ id, name, search, userId, createdAt }: SavedView): z.output<typeof SavedViewView> {
  return { id, name, search, shared: userId === null, createdAt: iso(createdAt) };
}
