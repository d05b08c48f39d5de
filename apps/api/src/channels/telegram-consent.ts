import { botName, type Db } from "@overdue/db";

/** Says how a Telegram chat agrees to get alerts from the installation's bot. */
export async function askForStart(db: Db): Promise<string> {
  const bot = await botName(db);
  const to = bot === null ? "/start to this installation's bot" : `/start@${bot}`;
  return `This chat has not agreed to get alerts: send ${to} in it and save again within a day, link it under Channels → Telegram, or give a bot token of your own.`;
}
