import { parseJsonOrNull } from "@overdue/core";
import {
  botName,
  createTelegramLink,
  type Db,
  findTelegramLink,
  isTelegramWebhookSecret,
  storeTelegramUpdate,
  type TelegramLink,
} from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import { guard } from "../http/guard.ts";
import { readRawBody } from "../http/json-body.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InProject, iso, OfTelegramLink, Timestamp } from "../http/schemas.ts";

/** Says how a Telegram chat agrees to get alerts from the instance's bot. */
export async function consentInstruction(db: Db): Promise<string> {
  const bot = await botName(db);
  const command = bot === null ? "/start to this instance's bot" : `/start@${bot}`;
  return `This chat has not agreed to get alerts: send ${command} in it and save again within a day, link it under Channels → Telegram, or give a bot token of your own.`;
}

const tags = ["Channels"];

const NewLinkView = z
  .object({
    id: z.uuid(),
    link: z.url().meta({ description: "Opens a chat with the bot; “Start” there makes it a channel." }),
    groupLink: z.url().meta({ description: "Adds the bot to a group and makes the group a channel." }),
    command: z.string().meta({ description: "To be sent in a group or topic where the bot is already." }),
    expiresAt: Timestamp,
  })
  .meta({ id: "NewTelegramLink" });

const LinkView = z
  .object({
    id: z.uuid(),
    state: z.enum(["waiting", "linked", "expired"]),
    channelId: z.uuid().nullable().meta({ description: "The channel that was created." }),
    expiresAt: Timestamp,
  })
  .meta({ id: "TelegramLink" });

export const telegramRoutes = createRouter()
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/telegram-links",
      summary: "Link a Telegram chat",
      description:
        "Creates a code that works once, within 15 minutes. The chat that sends it to the bot becomes a channel.",
      tags,
      request: { params: InProject },
      responses: { 201: json(NewLinkView, "Where to send the code; it is shown only now.") },
    }),
    async (c) => {
      const { db } = c.var.deps;
      const bot = await botName(db);
      if (bot === null) {
        throw new ApiError(
          "conflict",
          "This instance has no Telegram bot yet: the operator must set TELEGRAM_BOT_TOKEN.",
        );
      }
      const { link, code } = await createTelegramLink(db, c.req.valid("param").projectId);
      return c.json(newLinkView(link, { bot, code }), 201);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/telegram-links/{linkId}",
      summary: "See whether a Telegram chat was linked",
      tags,
      request: { params: OfTelegramLink },
      responses: { 200: json(LinkView, "The state of the code.") },
    }),
    async (c) => {
      const link = await findTelegramLink(c.var.deps.db, c.req.valid("param"));
      if (link === null) throw ApiError.notFound("link");
      return c.json(linkView(link, c.var.deps.now()), 200);
    },
  );

function newLinkView({ id, expiresAt }: TelegramLink, { bot, code }: { bot: string; code: string }) {
  return {
    id,
    link: `https://t.me/${bot}?start=${code}`,
    groupLink: `https://t.me/${bot}?startgroup=${code}`,
    command: `/start@${bot} ${code}`,
    expiresAt: iso(expiresAt),
  };
}

function linkView({ id, expiresAt, usedAt, channelId }: TelegramLink, now: number) {
  const unusedState = expiresAt.getTime() > now ? ("waiting" as const) : ("expired" as const);
  return {
    id,
    state: usedAt === null ? unusedState : ("linked" as const),
    channelId,
    expiresAt: iso(expiresAt),
  };
}

const Update = z.object({ update_id: z.int() });

/**
 * Telegram posts here what people write to the bot. Its secret header is the permission. The update is only stored here: the
 * checker process that holds the bot's lease answers it, just as it does when it polls.
 */
export const telegramUpdateRoutes = createRouter().post(
  "/telegram/updates",
  guard({ auth: "self-checked" }),
  async (c) => {
    const { db, keyring } = c.var.deps;
    if (!isTelegramWebhookSecret(keyring, c.req.header("x-telegram-bot-api-secret-token") ?? "")) {
      throw new ApiError("unauthorized", "This request does not contain the secret that Telegram was given.");
    }
    const body = await readRawBody(c.req.raw);
    const update = Update.safeParse(parseJsonOrNull(body));
    // If an unreadable update were refused, Telegram would send it again for ever.
    if (update.success) await storeTelegramUpdate(db, { updateId: update.data.update_id, body });
    return c.body(null, 200);
  },
);
