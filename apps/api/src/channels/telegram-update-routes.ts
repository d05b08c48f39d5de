import { isTelegramWebhookSecret, keepTelegramUpdate } from "@overdue/db";
import { z } from "zod";

import { guard } from "../http/guard.ts";
import { readRaw } from "../http/json-body.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter } from "../http/route.ts";

const Update = z.object({ update_id: z.int() });

/**
 * Where Telegram tells what people say to the bot. Its secret header is the permission. Nothing is done here: the one
 * process that may answer Telegram does it, for a webhook as for polling.
 */
export const telegramUpdateRoutes = createRouter().post(
  "/telegram/updates",
  guard({ auth: "ping" }),
  async (c) => {
    const { db, keyring } = c.var.deps;
    if (!isTelegramWebhookSecret(keyring, c.req.header("x-telegram-bot-api-secret-token") ?? "")) {
      throw new ApiError("unauthorized", "This does not carry the secret that Telegram was given.");
    }
    const body = await readRaw(c.req.raw);
    const update = Update.safeParse(parsed(body));
    // What we cannot read will be no better the next time: it is taken, and that is all.
    if (update.success) await keepTelegramUpdate(db, { updateId: update.data.update_id, body });
    return c.body(null, 200);
  },
);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
