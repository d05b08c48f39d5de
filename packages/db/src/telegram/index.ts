export {
  botName,
  rememberBot,
  type DownCheck,
  downForChat,
  projectForChat,
  endTelegramUpdate,
  keepTelegramUpdate,
  type TelegramUpdate,
  waitingTelegramUpdates,
  isTelegramWebhookSecret,
  telegramWebhookSecret,
} from "./bot.ts";
export { noteTelegramStart, unagreedChats } from "./consent.ts";
export {
  createTelegramLink,
  findTelegramLink,
  type LinkedChat,
  type TelegramLink,
  useTelegramLink,
} from "./links.ts";
