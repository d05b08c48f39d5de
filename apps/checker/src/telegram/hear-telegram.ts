import { randomUUID } from "node:crypto";

import type { Config } from "@overdue/config";
import { keyringOf, openDb, type Pool } from "@overdue/db";
import type { Logger } from "pino";

import { openEgress } from "../egress/egress.ts";
import { openBotApi } from "./bot-api.ts";
import { startPolling } from "./poll.ts";

/** Longer than a long poll, shorter than the lease. */
const TIMEOUT_MS = 20_000;

/** Where the installation has a bot: hears what people say to it, in one process of all. Answers how to stop. */
export function hearTelegram(
  config: Config,
  { pool, log }: { pool: Pool; log: Logger },
): () => Promise<void> {
  const { telegramBotToken: token, telegramApiRoot: apiRoot } = config;
  if (token === null) return () => Promise.resolve();
  const egress = openEgress({ allowedNetworks: [], timeoutMs: TIMEOUT_MS });
  const bot = openBotApi(egress, { apiRoot, token });
  const keyring = keyringOf(config.secretKeys);
  const stop = startPolling({ pool, db: openDb(pool), keyring, bot, holder: randomUUID(), log });
  return async () => {
    const stopped = stop();
    await egress.close(); // ends the long poll that is under way
    await stopped;
  };
}
