import { findOrganization, findProject, findRetention, type ProjectRow, type Retention } from "@overdue/db";
import { z } from "zod";

import { type AppContext, canWrite } from "../http/context.ts";
import { requireFound } from "../http/edits.ts";
import { iso, Role, Timestamp } from "../http/schemas.ts";

const OrganizationRef = z.object({ id: z.uuid(), name: z.string() }).meta({ id: "OrganizationRef" });

export const ProjectView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    organization: OrganizationRef,
    role: Role.nullable().meta({ description: "Your role; null for an API key." }),
    pingKey: z
      .string()
      .nullable()
      .meta({ description: "For slug ping URLs; null for viewers and for keys that only read." }),
    timezone: z.string().meta({ description: "For what is said in local time." }),
    checksFromPings: z.enum(["never", "asked", "always"]).meta({
      description:
        "Whether a ping may make the check that it names: never, only where it asks for it, or always.",
    }),
    retention: z
      .object({
        pings: z.int().meta({ description: "The newest so many of each check." }),
        pingDays: z.int().meta({ description: "And for so many days at the most; the newest stays." }),
        runDays: z.int().meta({ description: "Of runs and expected times." }),
      })
      .meta({
        description: "What is kept of each check. The operator and the plan decide it.",
        id: "Retention",
      }),
    version: z.int().meta({ description: "Grows with every edit; it is the ETag, for If-Match." }),
    createdAt: Timestamp,
  })
  .meta({ id: "Project" });
export type ProjectView = z.infer<typeof ProjectView>;

/** A ping key lets its holder ping, so only who may write sees it. */
export function projectView(
  project: Pick<
    ProjectRow,
    "id" | "organizationId" | "name" | "pingKey" | "timezone" | "checksFromPings" | "version" | "createdAt"
  > & { organizationName: string } & Retention,
  who: { role: ProjectView["role"]; canWrite: boolean },
): ProjectView {
  return {
    id: project.id,
    name: project.name,
    organization: { id: project.organizationId, name: project.organizationName },
    role: who.role,
    pingKey: who.canWrite ? project.pingKey : null,
    timezone: project.timezone,
    checksFromPings: project.checksFromPings,
    retention: { pings: project.keptPings, pingDays: project.keptPingDays, runDays: project.keptRunDays },
    version: project.version,
    createdAt: iso(project.createdAt),
  };
}

/** @throws 404 */
export async function viewProject(c: AppContext, projectId: string): Promise<ProjectView> {
  const { db } = c.var.deps;
  const project = requireFound("project", await findProject(db, projectId));
  const organization = requireFound("project", await findOrganization(db, project.organizationId));
  const kept = requireFound("project", await findRetention(db, projectId));
  const named = { ...project, ...kept, organizationName: organization.name };
  return projectView(named, { role: c.var.role, canWrite: canWrite(c.var) });
}
