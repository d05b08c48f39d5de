import { escapeAngles, parseSettings } from "@overdue/channels";
import { durationText } from "@overdue/core";
import {
  acknowledgeIncident,
  type ActResult,
  type Db,
  listDownForChat,
  type Keyring,
  storeTelegramStart,
  type Pool,
  findProjectForChat,
  snoozeIncident,
  useTelegramLink,
} from "@overdue/db";
import { z } from "zod";

import type { BotApi } from "./bot-api.ts";

/** The chat of a message, and its topic in a group with topics. `name`: of a public chat, without the @. */
type Place = { chat: string; topic: number | null; title: string; name: string | null };

/** What an update asks for; null if it does not concern Overdue. */
type ChatRequest =
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

/** The number of an update, and what it asks for. Null if it has no readable number. */
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

/** Parses "/start code", in groups "/start@our_bot code"; null for a command to another bot. */
function commandIn(message: z.output<typeof Message>, bot: string): ChatRequest {
  const [, name = "", to = bot, code = ""] = /^\/(\w+)(?:@(\w+))?(?:\s+(\S+))?/.exec(message.text) ?? [];
  if (to.toLowerCase() !== bot.toLowerCase()) return null;
  const place = placeOf(message);
  if (name === "start") return { kind: "start", place, code: code === "" ? null : code };
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

export type RequestParts = { pool: Pool; db: Db; keyring: Keyring; bot: BotApi };
type Press = Extract<ChatRequest, { kind: "press" }>;

const LINKED = "This chat gets alerts from now on. /status lists what is down.";
const UNKNOWN =
  "This code is not known, or it has been used, or its 15 minutes are over. Make a new one in Overdue: Channels → Telegram.";
/** Does what an update asks for, and answers in the chat. @throws if the database fails */
export async function handleRequest(request: ChatRequest, parts: RequestParts): Promise<void> {
  switch (request?.kind) {
    case "start":
      return say(
        parts,
        request.place,
        request.code === null
          ? await hello(parts, request.place)
          : await link(parts, request.place, request.code),
      );
    case "status":
      return say(parts, request.place, await status(parts, request.place));
    case "press":
      return press(parts, request);
    case undefined:
      return undefined;
  }
}

/** Notes the /start: if a channel with the chat's id is then added, it proves that somebody in the chat wants its alerts. */
async function hello({ db }: RequestParts, { chat, topic, name }: Place): Promise<string> {
  await storeTelegramStart(db, name === null ? [chat] : [chat, `@${name}`]);
  const id = topic === null ? chat : `${chat}, topic ${topic}`;
  return `To get alerts here, make a code in Overdue: Channels → Telegram. Or add a channel within a day for this chat: ${id}. /status lists what is down.`;
}

async function link(
  { db, keyring }: RequestParts,
  { chat, topic, title }: Place,
  code: string,
): Promise<string> {
  const parsed = parseSettings("telegram", { chat, ...(topic !== null && { topic }) });
  if (!parsed.ok) return UNKNOWN;
  const { settings, hint } = parsed;
  const linked = await useTelegramLink(db, keyring, {
    code,
    chat: { name: title.slice(0, 100), settings, hint },
  });
  return linked === "linked" ? LINKED : UNKNOWN;
}

async function status({ db }: RequestParts, { chat }: Place): Promise<string> {
  const down = await listDownForChat(db, hintOf(chat));
  if (down.length === 0) return "🟢 Nothing is down.";
  const now = Date.now();
  return down
    .map(
      ({ checkName, projectName, reason, openedAt }) =>
        `🔴 ${checkName} (${projectName}): ${reason}, for ${durationText(now - openedAt)}`,
    )
    .join("\n");
}

/** Handles a pressed button. Only a chat that the incident's project alerts may act on it. */
async function press(parts: RequestParts, request: Press): Promise<void> {
  const [act = "", incidentId = ""] = request.data.split(":");
  const projectId = /^[0-9a-f-]{36}$/.test(incidentId)
    ? await findProjectForChat(parts.db, incidentId, hintOf(request.place.chat))
    : null;
  const done =
    projectId === null
      ? { text: "There is no such incident for this chat.", isFinal: false }
      : await perform(parts, { act, incidentId, projectId, by: `${request.by.slice(0, 100)} (Telegram)` });
  await parts.bot("answerCallbackQuery", { callback_query_id: request.pressId, text: done.text });
  if (done.isFinal) await markAsDone(parts, request, done.text);
}

/** `isFinal`: the text is added to the message, and its buttons are removed. */
type Done = { text: string; isFinal: boolean };
type Act = { act: string; projectId: string; incidentId: string; by: string };
const VIA = { kind: "telegram", link: null, address: null } as const;
const TWO_HOURS_MS = 2 * 3_600_000;

async function perform({ pool }: RequestParts, { act, projectId, incidentId, by }: Act) {
  const ref = { projectId, incidentId };
  const at = Date.now();
  switch (act) {
    case "ack":
      return answerTo(await acknowledgeIncident(pool, ref, { by, at, via: VIA }), `Acknowledged by ${by}.`);
    case "snooze2h": {
      const until = at + TWO_HOURS_MS;
      return answerTo(
        await snoozeIncident(pool, ref, { by, at, until, via: VIA }),
        `Snoozed for 2 h by ${by}.`,
      );
    }
    case "snoozeup": {
      const until = Infinity;
      return answerTo(
        await snoozeIncident(pool, ref, { by, at, until, via: VIA }),
        `Snoozed until it recovers, by ${by}.`,
      );
    }
    default:
      return { text: "This button belongs to another version of Overdue.", isFinal: false };
  }
}

function answerTo(acted: ActResult, words: string): Done {
  switch (acted.kind) {
    case "done":
      return { text: words, isFinal: true };
    case "used":
      return { text: "This was done already.", isFinal: true };
    case "already":
      return { text: `Acknowledged already${acted.by === null ? "" : ` by ${acted.by}`}.`, isFinal: true };
    case "resolved":
      return { text: "It is up again already.", isFinal: true };
    case "unknown":
      return { text: "This incident is gone.", isFinal: false };
  }
}

/** Adds the result to the message, whose buttons are removed. */
async function markAsDone({ bot }: RequestParts, { place, message }: Press, text: string): Promise<void> {
  await bot("editMessageText", {
    chat_id: place.chat,
    message_id: message.id,
    text: `${message.text.slice(0, 3_900)}\n\n✔ ${text}`,
    entities: message.entities,
    link_preview_options: { is_disabled: true },
  });
}

async function say({ bot }: RequestParts, { chat, topic }: Place, text: string): Promise<void> {
  await bot("sendMessage", {
    chat_id: chat,
    ...(topic !== null && { message_thread_id: topic }),
    text: escapeAngles(text).slice(0, 4_000),
    parse_mode: "HTML",
    link_preview_options: { is_disabled: true },
  });
}

/** The hint of a Telegram channel, as its kind writes it: the part of its settings that is not encrypted. */
function hintOf(chat: string): string {
  return `chat ${chat}`;
}
