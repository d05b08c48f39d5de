import { moveProject } from "@overdue/db";
import { z } from "zod";

import { FRESH_OWNER } from "../http/access.ts";
import { requirePerson } from "../http/context.ts";
import { requireFound, withETag } from "../http/edits.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";
import { requireOrganizationAdmin } from "../organizations/organization-routes.ts";
import { ProjectView, viewProject } from "./project-view.ts";

const ProjectMove = z
  .strictObject({ organizationId: z.uuid("organizationId is the id of an organization.") })
  .meta({ id: "ProjectMove" });

/** What moves a project from one organization to another. */
export const projectMoveRoutes = createRouter().openapi(
  route(FRESH_OWNER, {
    method: "post",
    path: "/v1/projects/{projectId}/organization",
    summary: "Move a project to another organization",
    description:
      "For an owner of the project who is an admin or owner of the other organization. People with a role in the project stay; those who are in it by the old organization alone leave.",
    tags: ["Projects"],
    request: { params: InProject, body: body(ProjectMove) },
    responses: { 200: json(ProjectView, "The project.") },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const { organizationId } = c.req.valid("json");
    const { userId } = requirePerson(c);
    await requireOrganizationAdmin(c, { organizationId, userId });
    requireFound("project", await moveProject(c.var.deps.db, { projectId, userId }, organizationId));
    return c.json(withETag(c, await viewProject(c, projectId)), 200);
  },
);
