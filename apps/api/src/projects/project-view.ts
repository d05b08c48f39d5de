import type { ProjectRow } from "@overdue/db";
import { z } from "zod";

import { iso, Timestamp } from "../http/time.ts";

export const ProjectInput = z
  .strictObject({
    name: z.string().trim().min(1, "Give the project a name.").max(100, "Use at most 100 characters."),
  })
  .meta({ id: "ProjectInput" });

export const ProjectView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    role: z
      .enum(["owner", "editor", "viewer"])
      .nullable()
      .meta({ description: "Your role; null for an API key." }),
    pingKey: z
      .string()
      .nullable()
      .meta({ description: "For slug ping URLs; null for whoever may not write." }),
    createdAt: Timestamp,
  })
  .meta({ id: "Project" });
export type ProjectView = z.infer<typeof ProjectView>;

/** A ping key lets its holder ping, so only who may write sees it. */
export function projectView(
  project: Pick<ProjectRow, "id" | "name" | "pingKey" | "createdAt">,
  who: { role: ProjectView["role"]; mayWrite: boolean },
): ProjectView {
  return {
    id: project.id,
    name: project.name,
    role: who.role,
    pingKey: who.mayWrite ? project.pingKey : null,
    createdAt: iso(project.createdAt),
  };
}
