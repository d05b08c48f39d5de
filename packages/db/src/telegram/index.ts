export { botName, rememberBot } from "./bot.ts";
export {
  createTelegramLink,
  findTelegramLink,
  type LinkedChat,
  type TelegramLink,
  useTelegramLink,
} from "./links.ts";
export { type DownCheck, downForChat, projectForChat } from "./standing.ts";
