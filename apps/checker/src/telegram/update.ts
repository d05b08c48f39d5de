import { z } from "zod";

/** Where something was said: a chat, and the topic of it in a group with topics. `name`: of a public chat, without its @. */
export type Place = { chat: string; topic: number | null; title: string; name: string | null };

/** What an update asks of us; null where it is none of our business. */
export type ChatRequest =
  | { kind: "start"; place: Place; code: string | null }
  | { kind: "status"; place: Place }
  | { kind: "press"; place: Place; by: string; data: string; pressId: string; message: PressedMessage }
  | null;
type PressedMessage = { id: number; text: string; entities: unknown[] };

const Person = z.object({ first_name: z.string().catch("Somebody"), username: z.string().optional() });
const Chat = z.object({
  id: z.number(),
  title: z.string().optional(),
  username: z.string().optional(),
  first_name: z.string().optional(),
});
const Message = z.object({
  message_id: z.number(),
  chat: Chat,
  text: z.string().default(""),
  entities: z.array(z.unknown()).default([]),
  message_thread_id: z.number().optional(),
  is_topic_message: z.boolean().default(false),
});
const Update = z.object({
  update_id: z.number(),
  message: Message.optional(),
  channel_post: Message.optional(),
  callback_query: z
    .object({ id: z.string(), from: Person, data: z.string().optional(), message: Message.optional() })
    .optional(),
});

/** Its number, and what it asks. Updates that cannot be read are passed over. */
export function readUpdate(update: unknown, bot: string): { id: number; request: ChatRequest } | null {
  const parsed = Update.safeParse(update);
  if (!parsed.success) return idOnly(update);
  const { update_id: id, channel_post, message = channel_post, callback_query: press } = parsed.data;
  if (press?.message !== undefined && press.data !== undefined) {
    return {
      id,
      request: { ...pressOf(press.message, press.data), by: press.from.first_name, pressId: press.id },
    };
  }
  return { id, request: message === undefined ? null : commandIn(message, bot) };
}

function idOnly(update: unknown): { id: number; request: ChatRequest } | null {
  const id = z.object({ update_id: z.number() }).safeParse(update).data?.update_id;
  return id === undefined ? null : { id, request: null };
}

function pressOf(message: z.output<typeof Message>, data: string) {
  const { message_id: id, text, entities } = message;
  return { kind: "press" as const, place: placeOf(message), data, message: { id, text, entities } };
}

/** "/start code", and in groups "/start@our_bot code"; a command to another bot is not for us. */
function commandIn(message: z.output<typeof Message>, bot: string): ChatRequest {
  const [, name = "", to = bot, rest = ""] = /^\/(\w+)(?:@(\w+))?(?:\s+(\S+))?/.exec(message.text) ?? [];
  if (to.toLowerCase() !== bot.toLowerCase()) return null;
  const place = placeOf(message);
  if (name === "start") return { kind: "start", place, code: rest === "" ? null : rest };
  return name === "status" ? { kind: "status", place } : null;
}

function placeOf({ chat, is_topic_message, message_thread_id }: z.output<typeof Message>): Place {
  return {
    chat: String(chat.id),
    topic: is_topic_message ? (message_thread_id ?? null) : null,
    name: chat.username ?? null,
    title: chat.title ?? chat.first_name ?? chat.username ?? "Telegram",
  };
}
