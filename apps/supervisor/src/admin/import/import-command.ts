import { z } from "zod";

import { defineCommand, id } from "../command.ts";
import { requireProject } from "../project.ts";
import { importChecks } from "./import-checks.ts";
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
      await requireProject(db, project);
      const source = await readSource(url, apiKey);
      const into = {
        projectId: project,
        keepUuids: keep === "yes",
        now: Date.now(),
        onProgress: progressBar(source.checks.length),
      };
      const { created, alreadyThere, problems } = await importChecks(db, source, into);
      return [{ created: String(created), "already there": String(alreadyThere) }, ...problems];
    },
  }),
};

const BAR_WIDTH = 30;

/** Shows a progress bar where the output goes to a terminal. */
function progressBar(total: number): (done: number) => void {
  if (!process.stderr.isTTY) return () => undefined;
  return (done) => {
    const filled = total === 0 ? BAR_WIDTH : Math.round((done / total) * BAR_WIDTH);
    const bar = "#".repeat(filled).padEnd(BAR_WIDTH, "-");
    process.stderr.write(`\r[${bar}] ${done} of ${total} checks${done === total ? "\n" : ""}`);
  };
}
