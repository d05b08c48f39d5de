import { createKey, createProject, listAllProjects } from "@overdue/db";
import { z } from "zod";
import { defineCommand, text } from "./command.ts";

export const projectCommands = {
  "project create": defineCommand({
    options: z.object({ name: text }),
    text: "create a project with an API key, a read-only key and a ping key",
    audit: "project.create",
    run: async ({ db }, { name }) => {
      const project = await createProject(db, { name, ownerId: null });
      const writing = await createKey(db, { projectId: project.id, name: "admin", scope: "write" });
      const reading = await createKey(db, { projectId: project.id, name: "admin, read-only", scope: "read" });
      return {
        project: project.id,
        api_key: writing.key,
        readonly_key: reading.key,
        ping_key: project.pingKey,
      };
    },
  }),
  "project list": defineCommand({
    options: z.object({}),
    text: "list all projects",
    run: async ({ db }) => {
      const projects = await listAllProjects(db);
      return projects.map(({ id, name, pingKey }) => ({ id, name, ping_key: pingKey }));
    },
  }),
};
