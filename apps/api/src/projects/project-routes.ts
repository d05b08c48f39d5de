import {
  countOwnedProjects,
  createProject,
  deleteProject,
  editProject,
  findProject,
  listProjects,
  renewPingKey,
  restoreProject,
} from "@overdue/db";
import { z } from "zod";

import { READ, OWN, OWNER_IN_PERSON } from "../http/access.ts";
import { type AppContext, mayWrite, personOf } from "../http/context.ts";
import { etagOf, IfMatch, tagged, unlessStale, versionIn } from "../http/etag.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { ProjectInput, ProjectPatch, ProjectView, projectView } from "./project-view.ts";

/** Far more than a person has; a script that runs wild is stopped here. */
const PROJECTS_MAX = 100;
const tags = ["Projects"];

export const projectRoutes = createRouter()
  .openapi(
    route(
      { auth: "signed-in", key: "read" },
      {
        method: "get",
        path: "/v1/projects",
        summary: "List your projects",
        tags,
        request: { query: PageQuery },
        responses: { 200: json(pageOf(ProjectView), "Projects, oldest first.") },
      },
    ),
    async (c) => c.json(await visibleProjects(c, c.req.valid("query")), 200),
  )
  .openapi(
    route(
      { auth: "signed-in", key: null },
      {
        method: "post",
        path: "/v1/projects",
        summary: "Create a project",
        tags,
        request: { body: body(ProjectInput) },
        responses: { 201: json(ProjectView, "The project; you own it.") },
      },
    ),
    async (c) => {
      const ownerId = personOf(c).userId;
      await refuseBeyondProjects(c, ownerId);
      const project = await createProject(c.var.deps.db, { name: c.req.valid("json").name, ownerId });
      c.header("etag", etagOf(project.version));
      return c.json(projectView(project, { role: "owner", mayWrite: true }), 201);
    },
  )
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}",
      summary: "Read a project",
      tags,
      request: { params: InProject },
      responses: { 200: json(ProjectView, "The project.") },
    }),
    async (c) => {
      const view = await viewProject(c, c.req.valid("param").projectId);
      return c.json(tagged(c, view), 200);
    },
  )
  .openapi(
    route(OWN, {
      method: "patch",
      path: "/v1/projects/{projectId}",
      summary: "Edit a project",
      description: "Writes only the fields that are sent.",
      tags,
      request: { params: InProject, headers: IfMatch, body: body(ProjectPatch) },
      responses: { 200: json(ProjectView, "The project.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      await changeProject(c, projectId, {
        patch: c.req.valid("json"),
        version: versionIn(c.req.valid("header")),
      });
      const view = await viewProject(c, projectId);
      return c.json(tagged(c, view), 200);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "delete",
      path: "/v1/projects/{projectId}",
      summary: "Delete a project",
      description: "Hides it with all it holds; nothing in it is pinged or judged until it is restored.",
      tags,
      request: { params: InProject },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const done = await deleteProject(c.var.deps.db, c.req.valid("param").projectId);
      if (!done) throw ApiError.notFound("project");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "post",
      path: "/v1/projects/{projectId}/ping-key",
      summary: "Renew the ping key",
      description: "Slug ping URLs with the old key end at once.",
      tags,
      request: { params: InProject },
      responses: { 200: json(ProjectView, "The project with its new ping key.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      await renewPingKey(c.var.deps.db, projectId);
      return c.json(await viewProject(c, projectId), 200);
    },
  )
  .openapi(
    route(
      { auth: "signed-in", key: null },
      {
        method: "post",
        path: "/v1/projects/{projectId}/restore",
        summary: "Undo the deletion of a project",
        tags,
        request: { params: InProject },
        responses: { 200: json(ProjectView, "The project.") },
      },
    ),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { userId } = personOf(c);
      const { pool, now } = c.var.deps;
      const done = await restoreProject(pool, { projectId, userId }, now());
      if (!done) throw ApiError.notFound("project");
      c.set("role", "owner");
      return c.json(await viewProject(c, projectId), 200);
    },
  );

/** @throws 422 */
async function refuseBeyondProjects(c: AppContext, userId: string): Promise<void> {
  if ((await countOwnedProjects(c.var.deps.db, userId)) < PROJECTS_MAX) return;
  throw new ApiError(
    "limit_reached",
    `You own ${PROJECTS_MAX} projects, which is the most: delete one, or let somebody else own the next.`,
  );
}

/** A page of them; a key sees its own and no other. */
async function visibleProjects(c: AppContext, { limit, cursor }: z.output<typeof PageQuery>) {
  const { actor, deps } = c.var;
  const after = readCursor(cursor, z.uuid());
  if (actor.kind === "key") return { items: [await viewProject(c, actor.projectId)], next: null };
  const { userId } = personOf(c);
  const rows = await listProjects(deps.db, userId, { limit: limit + 1, after });
  const page = pageFrom(rows, limit, (last) => last.id);
  const view = (row: (typeof rows)[number]) =>
    projectView(row, { role: row.role, mayWrite: row.role !== "viewer" });
  return { ...page, items: page.items.map(view) };
}

/** Writes what was sent. @throws 404, 412 */
async function changeProject(
  c: AppContext,
  projectId: string,
  { patch, version }: { patch: z.output<typeof ProjectPatch>; version: number | null },
): Promise<void> {
  const { name, timezone } = patch;
  const edit = { ...(name !== undefined && { name }), ...(timezone !== undefined && { timezone }) };
  const edited = await unlessStale("project", () => editProject(c.var.deps.db, projectId, { edit, version }));
  if (edited === null) throw ApiError.notFound("project");
}

async function viewProject(c: AppContext, projectId: string): Promise<ProjectView> {
  const project = await findProject(c.var.deps.db, projectId);
  if (project === null) throw ApiError.notFound("project");
  return projectView(project, { role: c.var.role, mayWrite: mayWrite(c.var) });
}
