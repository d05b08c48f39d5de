import {
  countOwnedProjects,
  createProject,
  deleteProject,
  editProject,
  listProjects,
  renewPingKey,
  restoreProject,
} from "@overdue/db";
import { canonicalTimezone } from "@overdue/schedules";
import { z } from "zod";

import { ADMIN, FRESH_ADMIN, FRESH_OWNER, READ } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { expectedVersion, IfMatch, requireFound, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { requireOrganizationAdmin } from "../organizations/organization-routes.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { projectView, ProjectView, viewProject } from "./project-view.ts";
import { InProject, PageQuery, pageSchema, readCursor, toPage } from "../http/schemas.ts";

const Name = z.string().trim().min(1, "Give the project a name.").max(100, "Use at most 100 characters.");
const Zone = z
  .string()
  .max(100)
  .transform((name, context) => {
    const canonical = canonicalTimezone(name);
    if (canonical !== null) return canonical;
    context.addIssue({ code: "custom", message: "Choose a time zone of /v1/timezones." });
    return z.NEVER;
  })
  .meta({ description: "For what is said in local time.", example: "Europe/Paris" });

const ProjectInput = z
  .strictObject({
    name: Name,
    organizationId: z
      .uuid("organizationId is the id of an organization.")
      .optional()
      .meta({ description: "One in which you are an admin or owner. Left out: your own organization." }),
  })
  .meta({ id: "ProjectInput" });

/** What a person may change of a project; only what is sent is written. */
const ProjectPatch = z
  .strictObject({
    name: Name,
    timezone: Zone,
    checksFromPings: z.enum(["never", "asked", "always"], {
      error: "checksFromPings is never, asked or always.",
    }),
  })
  .partial()
  .meta({ id: "ProjectPatch", description: "Only what is sent is written." });

/** Far more than a person has, so that only a runaway script reaches it. */
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
        responses: { 200: json(pageSchema(ProjectView), "Projects, oldest first.") },
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
      const ownerId = requirePerson(c).userId;
      await refuseBeyondProjects(c, ownerId);
      const { name, organizationId } = c.req.valid("json");
      if (organizationId !== undefined)
        await requireOrganizationAdmin(c, { organizationId, userId: ownerId });
      const { db } = c.var.deps;
      const { id } = await createProject(db, {
        name,
        ownerId,
        ...(organizationId !== undefined && { organizationId }),
      });
      c.set("role", "owner");
      const view = await viewProject(c, id);
      return c.json(withETag(c, view), 201);
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
      return c.json(withETag(c, view), 200);
    },
  )
  .openapi(
    route(ADMIN, {
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
      const before = await viewProject(c, projectId);
      await changeProject(c, projectId, {
        patch: c.req.valid("json"),
        version: expectedVersion(c.req.valid("header")),
      });
      const after = await viewProject(c, projectId);
      return c.json(withETag(c, recordChange(c, { before, after })), 200);
    },
  )
  .openapi(
    route(FRESH_OWNER, {
      method: "delete",
      path: "/v1/projects/{projectId}",
      summary: "Delete a project",
      description:
        "Hides it with all it holds. Its pings are refused and its deadlines are not evaluated until it is restored.",
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
    route(FRESH_ADMIN, {
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
      const { userId } = requirePerson(c);
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
  const { userId } = requirePerson(c);
  const rows = await listProjects(deps.db, userId, { limit: limit + 1, after });
  const page = toPage(rows, limit, (last) => last.id);
  const view = (row: (typeof rows)[number]) =>
    projectView(row, { role: row.role, canWrite: row.role !== "viewer" });
  return { ...page, items: page.items.map(view) };
}

/** Writes what was sent. @throws 404, 412 */
async function changeProject(
  c: AppContext,
  projectId: string,
  { patch, version }: { patch: z.output<typeof ProjectPatch>; version: number | null },
): Promise<void> {
  const { name, timezone, checksFromPings } = patch;
  const edit = {
    ...(name !== undefined && { name }),
    ...(timezone !== undefined && { timezone }),
    ...(checksFromPings !== undefined && { checksFromPings }),
  };
  requireFound("project", await editProject(c.var.deps.db, projectId, { edit, version }));
}
