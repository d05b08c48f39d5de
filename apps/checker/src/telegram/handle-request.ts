import { escapeAngles, parseSettings } from "@overdue/channels";
import { durationText } from "@overdue/core";
import {
  acknowledgeIncident,
  downForChat,
  noteTelegramStart,
  projectForChat,
  snoozeIncident,
  useTelegramLink,
  type Acted,
  type Db,
  type Keyring,
  type Pool,
} from "@overdue/db";

import type { BotApi } from "./bot-api.ts";
import type { ChatRequest, Place } from "./update.ts";

export type RequestParts = { pool: Pool; db: Db; keyring: Keyring; bot: BotApi };
type Press = Extract<ChatRequest, { kind: "press" }>;

const LINKED = "This chat gets alerts from now on. /status lists what is down.";
const UNKNOWN =
  "This code is not known, or it has been used, or its 15 minutes are over. Make a new one in Overdue: Channels → Telegram.";
/** Does what an update asks, and answers in the chat. @throws where the database does not answer */
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

/** A person who then enters the chat's id in a channel has proved by this that somebody in the chat wants its alerts. */
async function hello({ db }: RequestParts, { chat, topic, name }: Place): Promise<string> {
  await noteTelegramStart(db, name === null ? [chat] : [chat, `@${name}`]);
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
  const down = await downForChat(db, hintOf(chat));
  if (down.length === 0) return "🟢 Nothing is down.";
  const now = Date.now();
  return down
    .map(
      ({ checkName, projectName, reason, openedAt }) =>
        `🔴 ${checkName} (${projectName}): ${reason}, for ${durationText(now - openedAt)}`,
    )
    .join("\n");
}

/** Only a chat that the incident's own project alerts has a say in it. */
async function press(parts: RequestParts, request: Press): Promise<void> {
  const [act = "", incidentId = ""] = request.data.split(":");
  const projectId = /^[0-9a-f-]{36}$/.test(incidentId)
    ? await projectForChat(parts.db, incidentId, hintOf(request.place.chat))
    : null;
  const done =
    projectId === null
      ? { text: "There is no such incident for this chat.", stays: false }
      : await perform(parts, { act, incidentId, projectId, by: `${request.by.slice(0, 100)} (Telegram)` });
  await parts.bot("answerCallbackQuery", { callback_query_id: request.pressId, text: done.text });
  if (done.stays) await mark(parts, request, done.text);
}

type Act = { act: string; projectId: string; incidentId: string; by: string };
const VIA = { kind: "telegram", link: null, address: null } as const;
const HOURS_2_MS = 2 * 3_600_000;

async function perform({ pool }: RequestParts, { act, projectId, incidentId, by }: Act) {
  const ref = { projectId, incidentId };
  const at = Date.now();
  switch (act) {
    case "ack":
      return answerTo(await acknowledgeIncident(pool, ref, { by, at, via: VIA }), `Acknowledged by ${by}.`);
    case "snooze2h": {
      const until = at + HOURS_2_MS;
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
      return { text: "This button is of another version of Overdue.", stays: false };
  }
}

function answerTo(acted: Acted, words: string): { text: string; stays: boolean } {
  switch (acted.kind) {
    case "done":
      return { text: words, stays: true };
    case "used":
      return { text: "This was done already.", stays: true };
    case "already":
      return { text: `Acknowledged already${acted.by === null ? "" : ` by ${acted.by}`}.`, stays: true };
    case "resolved":
      return { text: "It is up again already.", stays: true };
    case "unknown":
      return { text: "This incident is gone.", stays: false };
  }
}

/** The message keeps its words and loses its buttons. */
async function mark({ bot }: RequestParts, { place, message }: Press, text: string): Promise<void> {
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

/** As the kind itself writes the hint of a channel: what of its settings is not sealed. */
function hintOf(chat: string): string {
  return `chat ${chat}`;
}
