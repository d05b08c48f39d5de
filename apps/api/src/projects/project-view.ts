import { canonicalTimezone } from "@overdue/schedules";
import type { ProjectRow } from "@overdue/db";
import { z } from "zod";

import { iso, Timestamp } from "../http/time.ts";

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

export const ProjectInput = z.strictObject({ name: Name }).meta({ id: "ProjectInput" });

/** What a person may change of a project; only what is sent is written. */
export const ProjectPatch = z
  .strictObject({ name: Name, timezone: Zone })
  .partial()
  .meta({ id: "ProjectPatch", description: "Only what is sent is written." });

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
    timezone: z.string().meta({ description: "For what is said in local time." }),
    version: z.int().meta({ description: "Grows with every edit; it is the ETag, for If-Match." }),
    createdAt: Timestamp,
  })
  .meta({ id: "Project" });
export type ProjectView = z.infer<typeof ProjectView>;

/** A ping key lets its holder ping, so only who may write sees it. */
export function projectView(
  project: Pick<ProjectRow, "id" | "name" | "pingKey" | "timezone" | "version" | "createdAt">,
  who: { role: ProjectView["role"]; mayWrite: boolean },
): ProjectView {
  return {
    id: project.id,
    name: project.name,
    role: who.role,
    pingKey: who.mayWrite ? project.pingKey : null,
    timezone: project.timezone,
    version: project.version,
    createdAt: iso(project.createdAt),
  };
}
