import { exportConfig, readState } from "@overdue/db";
import { stringify } from "yaml";
import { z } from "zod";

import { defineCommand, id } from "./command.ts";
import { requireProject } from "./project.ts";

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
