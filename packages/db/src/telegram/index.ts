export { botName, rememberBot } from "./bot.ts";
export { noteTelegramStart, unagreedChats } from "./consent.ts";
export {
  createTelegramLink,
  findTelegramLink,
  type LinkedChat,
  type TelegramLink,
  useTelegramLink,
} from "./links.ts";
export { type DownCheck, downForChat, projectForChat } from "./standing.ts";
export {
  endTelegramUpdate,
  keepTelegramUpdate,
  type TelegramUpdate,
  waitingTelegramUpdates,
} from "./updates.ts";
export { isTelegramWebhookSecret, telegramWebhookSecret } from "./webhook-secret.ts";
