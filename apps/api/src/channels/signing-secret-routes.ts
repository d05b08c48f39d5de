import { parseSettings, withNewSecret, withoutFormerSecret } from "@overdue/channels";
import { type ChannelRef, type ChannelRow, findChannel, openSettings, rewriteSettings } from "@overdue/db";
import { DAY_SECONDS } from "@overdue/schedules";
import { z } from "zod";

import { FRESH_WRITE, WRITE } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { requireFound, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { OfChannel } from "../http/schemas.ts";
import { ChannelView, channelView, SavedChannelView } from "./channel-view.ts";

const tags = ["Channels"];

const RotateSecretInput = z
  .strictObject({
    keepOldSeconds: z
      .int()
      .min(0, "The old secret cannot end in the past.")
      .max(30 * DAY_SECONDS, "Keep the old secret for 30 days at most.")
      .default(DAY_SECONDS)
      .meta({ description: "How long requests are signed with the old one too; a day if nothing is said." }),
    secret: z.string().max(200).optional().meta({
      description: "The new secret, of the form `whsec_…`; left out, one is made.",
    }),
  })
  .meta({ id: "RotateSecretInput" });

export const signingSecretRoutes = createRouter()
  .openapi(
    route(FRESH_WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/channels/{channelId}/rotate-secret",
      summary: "Rotate the signing secret of a webhook",
      description:
        "Gives the webhook another secret. Meanwhile each request has two signatures, of the new secret and of the old one, so that no receiver refuses one. A third secret ends the first.",
      tags,
      request: { params: OfChannel, body: body(RotateSecretInput) },
      responses: { 200: json(SavedChannelView, "The channel; `shownOnce` has the secret, if it was made.") },
    }),
    async (c) => {
      const { secret, keepOldSeconds } = c.req.valid("json");
      const keepOldUntil = c.var.deps.now() + keepOldSeconds * 1_000;
      const { row, settings } = await openWebhook(c, c.req.valid("param"));
      const parsed = parseSettings("webhook", withNewSecret(settings, { secret, keepOldUntil }));
      if (!parsed.ok) throw ApiError.invalid("secret", parsed.problems[0]?.message ?? "This is no secret.");
      const view = await rewrite(c, row, parsed.settings);
      const made = secret === undefined ? { secret: String(parsed.settings["secret"]) } : {};
      return c.json(withETag(c, { ...view, shownOnce: made }), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: "/v1/projects/{projectId}/channels/{channelId}/end-former-secret",
      summary: "End the former signing secret of a webhook",
      description: "Requests are signed with the present secret alone from then on.",
      tags,
      request: { params: OfChannel },
      responses: { 200: json(ChannelView, "The channel.") },
    }),
    async (c) => {
      const { row, settings } = await openWebhook(c, c.req.valid("param"));
      return c.json(withETag(c, await rewrite(c, row, withoutFormerSecret(settings))), 200);
    },
  );

/** A webhook with its settings. @throws 404; 409 for another kind, or where SECRET_KEY does not open it */
async function openWebhook(c: AppContext, ref: ChannelRef) {
  const { db, keyring } = c.var.deps;
  const row = requireFound("channel", await findChannel(db, ref));
  if (row.kind !== "webhook")
    throw new ApiError("conflict", "Only webhooks are signed: this channel has no signing secret.");
  const settings = openSettings(keyring, ref, row.settings);
  if (settings === null)
    throw new ApiError(
      "conflict",
      "This channel was encrypted with another SECRET_KEY: save its settings again.",
    );
  return { row, settings };
}

/** @throws 412 if it was edited since */
async function rewrite(c: AppContext, row: ChannelRow, settings: Record<string, unknown>) {
  const { db, keyring, now } = c.var.deps;
  const ref = { projectId: row.projectId, channelId: row.id };
  if (!(await rewriteSettings(db, keyring, { ...ref, sealedBefore: row.settings, settings })))
    throw new ApiError("version_conflict", "Somebody else has changed this channel meanwhile: try again.");
  return channelView(requireFound("channel", await findChannel(db, ref)), { keyring, now: now() });
}
