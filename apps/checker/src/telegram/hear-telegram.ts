import { randomUUID } from "node:crypto";

import type { Config } from "@overdue/config";
import { keyringOf, openDb, telegramWebhookSecret, type Pool } from "@overdue/db";
import type { Logger } from "pino";

import { openEgress } from "../egress/egress.ts";
import { Bell } from "./bell.ts";
import { openBotApi } from "./bot-api.ts";
import { startHearing } from "./updates.ts";

/** Longer than a long poll, shorter than the lease. */
const TIMEOUT_MS = 20_000;

/** `wake`: the webhook was told something. */
export type HearingTelegram = { wake(): void; stop(): Promise<void> };

/** Where the installation has a bot: hears what people say to it, in one process of all. */
export function hearTelegram(config: Config, { pool, log }: { pool: Pool; log: Logger }): HearingTelegram {
  const { telegramBotToken: token, telegramApiRoot: apiRoot, publicUrl } = config;
  if (token === null) return { wake: () => undefined, stop: () => Promise.resolve() };
  const egress = openEgress({ allowedNetworks: [], timeoutMs: TIMEOUT_MS });
  const keyring = keyringOf(config.secretKeys);
  const bell = new Bell();
  const url = `${publicUrl}/telegram/updates`;
  const stop = startHearing({
    pool,
    db: openDb(pool),
    keyring,
    bot: openBotApi(egress, { apiRoot, token }),
    holder: randomUUID(),
    log,
    // Telegram calls nothing else.
    webhook: url.startsWith("https://") ? { url, secret: telegramWebhookSecret(keyring) } : null,
    bell,
  });
  return {
    wake: () => bell.ring(),
    stop: async () => {
      const stopped = stop();
      await egress.close(); // ends the long poll that is under way
      await stopped;
    },
  };
}
