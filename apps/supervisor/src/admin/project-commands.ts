import { createKey, createProject, exportConfig, listAllProjects, readState } from "@overdue/db";
import { stringify } from "yaml";
import { z } from "zod";

import { defineCommand, id, requireProject, text } from "./command.ts";

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

const yesOrNo = z.enum(["yes", "no"], "must be yes or no");

export const exportCommands = {
  export: defineCommand({
    options: z.object({ project: id, secrets: yesOrNo.optional() }),
    text: "print the project as a file for PUT /v1/projects/<id>/config; --secrets yes includes the settings of channels in plain text",
    run: async ({ db, keyring }, { project, secrets = "no" }) => {
      await requireProject(db, project);
      const { file, leftOut } = exportConfig(await readState(db, keyring, project), secrets === "yes");
      const notes = leftOut.map((what) => `# left out: ${what}`);
      return [...notes, stringify(file).trimEnd()].join("\n");
    },
  }),
};
