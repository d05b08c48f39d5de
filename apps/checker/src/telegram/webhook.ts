import { z } from "zod";

import type { BotApi } from "./bot-api.ts";

/** Where Telegram shall send its updates, and by what we know it. */
export type Webhook = { url: string; secret: string };

/** The updates that mean something to us, however they come. */
export const UPDATES = ["message", "channel_post", "callback_query"];
const CONNECTIONS = 10;
/** What Telegram says of an address that it will never call. */
const REFUSED = /bad webhook|Bad Request/i;
/** Telegram's clock and ours need not agree. */
const SKEW_MS = 5_000;

/** "refused": Telegram will not call such an address. "unanswered": nobody knows, ask again. */
type Setting = { kind: "set" } | { kind: "refused"; because: string } | { kind: "unanswered" };

export async function setWebhook(bot: BotApi, { url, secret }: Webhook): Promise<Setting> {
  const answer = await bot("setWebhook", {
    url,
    secret_token: secret,
    allowed_updates: UPDATES,
    max_connections: CONNECTIONS,
  });
  if (answer.ok) return { kind: "set" };
  return REFUSED.test(answer.because) ? { kind: "refused", because: answer.because } : { kind: "unanswered" };
}

const Info = z.object({
  url: z.string(),
  pending_update_count: z.number(),
  last_error_date: z.number().optional(),
  last_error_message: z.string().optional(),
});

type Look =
  | { kind: "good" }
  | { kind: "bad"; because: string }
  /** Another address stands there. */
  | { kind: "elsewhere" }
  | { kind: "unknown" };

/** Whether Telegram gets through to us: bad where updates wait there after an error that it met since `since`. */
export async function lookAtWebhook(
  bot: BotApi,
  { webhook, since }: { webhook: Webhook; since: number },
): Promise<Look> {
  const answer = await bot("getWebhookInfo", {});
  const info = Info.safeParse(answer.ok ? answer.result : null).data;
  if (info === undefined) return { kind: "unknown" };
  if (info.url !== webhook.url) return { kind: "elsewhere" };
  const failedAt = (info.last_error_date ?? 0) * 1_000;
  if (info.pending_update_count === 0 || failedAt < since - SKEW_MS) return { kind: "good" };
  return { kind: "bad", because: info.last_error_message ?? "it does not say why" };
}
