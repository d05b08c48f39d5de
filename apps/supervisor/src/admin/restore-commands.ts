import { lastActivity, settleRestored } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import { defineCommand } from "./command.ts";

/** Processes renew their heartbeat each second, and count as ended when they have not for this long. */
const QUIET_MS = 60_000;

export const restoreCommands = {
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
};
