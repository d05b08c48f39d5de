import { lastActivity, listQuarantined, releaseQuarantined, settleRestored } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand, id } from "./command.ts";

/** Processes renew their heartbeat each second, and count as ended when they have not for this long. */
const QUIET_MS = 60_000;

/** Commands about the whole instance, which belong to no project. */
export const instanceCommands = {
  "after-restore": defineCommand({
    options: z.object({}),
    text: "settle a database that was set back by other means, such as a snapshot or point-in-time recovery, before the start",
    run: async ({ db, pool }) => {
      const { at } = await lastActivity(db);
      if (at === null)
        throw new Refusal("Overdue has never run on this database: there is nothing to settle.");
      if (Date.now() - at < QUIET_MS)
        throw new Refusal(
          "Overdue ran on this database within the last minute. Stop it, wait a minute, and try again.",
        );
      const { notSentAgain } = await settleRestored(pool, at);
      return `The database is as of ${new Date(at).toISOString()}. The time since then counts as an outage. ${notSentAgain} messages waited then and may have been sent since: they are listed under “Dead letters”.`;
    },
  }),
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
