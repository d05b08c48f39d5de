import {
  createProject,
  deleteProject,
  findProject,
  listProjects,
  renameProject,
  renewPingKey,
  restoreProject,
} from "@overdue/db";
import { type AppContext, mayWrite, personOf } from "../http/context.ts";
import { pageOf } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { ProjectInput, ProjectView, projectView } from "./project-view.ts";

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
        responses: { 200: json(pageOf(ProjectView), "Projects, oldest first.") },
      },
    ),
    async (c) => c.json({ items: await visibleProjects(c), next: null }, 200),
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
      const project = await createProject(c.var.deps.db, { name: c.req.valid("json").name, ownerId });
      return c.json(projectView(project, { role: "owner", mayWrite: true }), 201);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "viewer", key: "read" },
      {
        method: "get",
        path: "/v1/projects/{projectId}",
        summary: "Read a project",
        tags,
        request: { params: InProject },
        responses: { 200: json(ProjectView, "The project.") },
      },
    ),
    async (c) => c.json(await viewProject(c, c.req.valid("param").projectId), 200),
  )
  .openapi(
    route(
      { auth: "project", role: "owner", key: "write" },
      {
        method: "patch",
        path: "/v1/projects/{projectId}",
        summary: "Rename a project",
        tags,
        request: { params: InProject, body: body(ProjectInput) },
        responses: { 200: json(ProjectView, "The project.") },
      },
    ),
    async (c) => {
      const { projectId } = c.req.valid("param");
      await renameProject(c.var.deps.db, projectId, c.req.valid("json").name);
      return c.json(await viewProject(c, projectId), 200);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "owner", key: null },
      {
        method: "delete",
        path: "/v1/projects/{projectId}",
        summary: "Delete a project",
        description: "Hides it with all it holds; nothing in it is pinged or judged until it is restored.",
        tags,
        request: { params: InProject },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      const done = await deleteProject(c.var.deps.db, c.req.valid("param").projectId);
      if (!done) throw ApiError.notFound("project");
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "owner", key: null },
      {
        method: "post",
        path: "/v1/projects/{projectId}/ping-key",
        summary: "Renew the ping key",
        description: "Slug ping URLs with the old key end at once.",
        tags,
        request: { params: InProject },
        responses: { 200: json(ProjectView, "The project with its new ping key.") },
      },
    ),
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

async function visibleProjects(c: AppContext): Promise<ProjectView[]> {
  const { actor, deps } = c.var;
  if (actor.kind === "key") return [await viewProject(c, actor.projectId)];
  if (actor.kind !== "user") return [];
  const projects = await listProjects(deps.db, actor.userId);
  return projects.map((row) => projectView(row, { role: row.role, mayWrite: row.role !== "viewer" }));
}

async function viewProject(c: AppContext, projectId: string): Promise<ProjectView> {
  const project = await findProject(c.var.deps.db, projectId);
  if (project === null) throw ApiError.notFound("project");
  return projectView(project, { role: c.var.role, mayWrite: mayWrite(c.var) });
}
