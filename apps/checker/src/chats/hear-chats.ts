import type { Config } from "@overdue/config";
import type { Pool } from "@overdue/db";
import type { Logger } from "pino";

import { hearTelegram } from "../telegram/hear-telegram.ts";

/** `handlers`: what to do when the database rings. `wake`: look whether anything was missed. */
export type HearingChats = {
  handlers: { overdue_telegram(): void };
  wake(): void;
  stop(): Promise<void>;
};

/** Hears what people do in chats with what Overdue sent there, and answers them. */
export function hearChats(config: Config, parts: { pool: Pool; log: Logger }): HearingChats {
  const telegram = hearTelegram(config, parts);
  return {
    handlers: { overdue_telegram: () => telegram.wake() },
    wake: () => telegram.wake(),
    stop: () => telegram.stop(),
  };
}
