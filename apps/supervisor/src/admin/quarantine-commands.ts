import { listQuarantined, releaseQuarantined } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand, id } from "./command.ts";

export const quarantineCommands = {
  "quarantine list": defineCommand({
    options: z.object({}),
    text: "list the checks, incidents and alerts that cannot be worked on and were put aside",
    run: async ({ db }) => {
      const rows = await listQuarantined(db);
      return rows.map(({ kind, id: one, name, attempts, until, reason }) => ({
        id: one,
        kind,
        name,
        attempts: String(attempts),
        "next try": until.toISOString(),
        reason,
      }));
    },
  }),
  "quarantine release": defineCommand({
    options: z.object({ id }),
    text: "let one of them be tried at once",
    run: async ({ db }, { id: one }) => {
      if (await releaseQuarantined(db, one)) return "It is tried now.";
      throw new Refusal(`Nothing with the id ${one} is put aside; "quarantine list" shows all.`);
    },
  }),
};
