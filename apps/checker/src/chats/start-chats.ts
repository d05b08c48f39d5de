import type { Config } from "@overdue/config";
import { keyringOf, openDb, type Pool } from "@overdue/db";
import type { Logger } from "pino";

import { openEgress } from "../egress/egress.ts";
import { type ServingSlack, serveSlack } from "../slack/serve-slack.ts";
import { startTelegram } from "../telegram/start-telegram.ts";

/** `handlers`: for notifications of the database. `wake`: look whether anything was missed. */
export type Chats = {
  handlers: { overdue_telegram(): void; overdue_slack(): void };
  wake(): void;
  stop(): Promise<void>;
};

/** Receives what people do in chats with what Overdue sent there, and answers them. */
export function startChats(config: Config, parts: { pool: Pool; log: Logger }): Chats {
  const telegram = startTelegram(config, parts);
  const slack = openSlack(config, parts);
  return {
    handlers: { overdue_telegram: () => telegram.wake(), overdue_slack: () => slack?.wake() },
    wake: () => {
      telegram.wake();
      slack?.wake();
    },
    stop: async () => {
      await Promise.all([telegram.stop(), slack?.stop()]);
    },
  };
}

/** Null where the operator has set up no app. */
function openSlack(config: Config, { pool, log }: { pool: Pool; log: Logger }): ServingSlack | null {
  const { slackClientId: clientId, slackClientSecret: clientSecret, slackSigningSecret } = config;
  if (clientId === null || clientSecret === null || slackSigningSecret === null) return null;
  const egress = openEgress({ allowedNetworks: config.allowedPrivateNetworks });
  const app = { clientId, clientSecret, apiUrl: config.slackApiUrl, publicUrl: config.publicUrl };
  const parts = { db: openDb(pool), keyring: keyringOf(config.secretKeys), egress, app };
  const serving = serveSlack(parts, log);
  return {
    ...serving,
    stop: async () => {
      await serving.stop();
      await egress.close();
    },
  };
}
