import { z } from "zod";

import { defineCommand, id } from "../command.ts";
import { mustFindProject } from "../project.ts";
import { importChecks } from "./import-checks.ts";
import { progress } from "./progress.ts";
import { readSource } from "./source.ts";

const yesOrNo = z.enum(["yes", "no"], "must be yes or no");

export const importCommands = {
  "import healthchecks": defineCommand({
    options: z.object({
      project: id,
      url: z.url({ protocol: /^https?$/, error: "must be the address of a Healthchecks instance" }),
      "api-key": z.string().length(32, "must be the read-write key, 32 characters"),
      "keep-uuids": yesOrNo.optional(),
    }),
    text: "recreate the checks of a live Healthchecks project here; --keep-uuids yes keeps old ping URLs working",
    run: async ({ db }, { project, url, "api-key": apiKey, "keep-uuids": keep = "no" }) => {
      await mustFindProject(db, project);
      const source = await readSource(url, apiKey);
      const into = {
        projectId: project,
        keepUuids: keep === "yes",
        now: Date.now(),
        onProgress: progress(source.checks.length),
      };
      const { created, alreadyThere, problems } = await importChecks(db, source, into);
      return [{ created: String(created), "already there": String(alreadyThere) }, ...problems];
    },
  }),
};
