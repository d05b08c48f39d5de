import { randomUUID } from "node:crypto";

import type { Config } from "@overdue/config";
import { keyringOf, openDb, type Pool, telegramWebhookSecret } from "@overdue/db";
import type { Logger } from "pino";

import { openEgress } from "../egress/egress.ts";
import { openBotApi } from "./bot-api.ts";
import { startReceivingUpdates, WakeSignal } from "./updates.ts";

/** Longer than a long poll, shorter than the lease. */
const TIMEOUT_MS = 20_000;

/** `wake`: the webhook got an update. */
export type TelegramUpdates = { wake(): void; stop(): Promise<void> };

/** Where the instance has a bot: receives what people write to it, in one process of all. */
export function startTelegram(config: Config, { pool, log }: { pool: Pool; log: Logger }): TelegramUpdates {
  const { telegramBotToken: token, telegramApiRoot: apiRoot, publicUrl } = config;
  if (token === null) return { wake: () => undefined, stop: () => Promise.resolve() };
  const egress = openEgress({ allowedNetworks: [], timeoutMs: TIMEOUT_MS });
  const keyring = keyringOf(config.secretKeys);
  const arrived = new WakeSignal();
  const url = `${publicUrl}/telegram/updates`;
  const stop = startReceivingUpdates({
    pool,
    db: openDb(pool),
    keyring,
    bot: openBotApi(egress, { apiRoot, token }),
    holder: randomUUID(),
    log,
    // Telegram calls nothing else.
    webhook: url.startsWith("https://") ? { url, secret: telegramWebhookSecret(keyring) } : null,
    arrived,
  });
  return {
    wake: () => arrived.notify(),
    stop: async () => {
      const stopped = stop();
      await egress.close(); // ends the long poll that is under way
      await stopped;
    },
  };
}
