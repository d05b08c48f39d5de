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
import type { Heard, Place } from "./update.ts";

export type HearParts = { pool: Pool; db: Db; keyring: Keyring; bot: BotApi };
type Press = Extract<Heard, { kind: "press" }>;

const LINKED = "This chat hears alerts from now on. /status lists what is down.";
const UNKNOWN =
  "This code is not known, or it has been used, or its 15 minutes are over. Make a new one in Overdue: Channels → Telegram.";
/** Does what an update asks, and answers in the chat. @throws where the database does not answer */
export async function hear(heard: Heard, parts: HearParts): Promise<void> {
  switch (heard?.kind) {
    case "start":
      return say(
        parts,
        heard.place,
        heard.code === null ? await hello(parts, heard.place) : await link(parts, heard.place, heard.code),
      );
    case "status":
      return say(parts, heard.place, await status(parts, heard.place));
    case "press":
      return press(parts, heard);
    case undefined:
      return undefined;
  }
}

/** Whoever types a chat's id into a channel proves by this that somebody in the chat wants its alerts. */
async function hello({ db }: HearParts, { chat, topic, name }: Place): Promise<string> {
  await noteTelegramStart(db, name === null ? [chat] : [chat, `@${name}`]);
  const id = topic === null ? chat : `${chat}, topic ${topic}`;
  return `To hear alerts here, make a code in Overdue: Channels → Telegram. Or add a channel within a day for this chat: ${id}. /status lists what is down.`;
}

async function link(
  { db, keyring }: HearParts,
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

async function status({ db }: HearParts, { chat }: Place): Promise<string> {
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
async function press(parts: HearParts, heard: Press): Promise<void> {
  const [act = "", incidentId = ""] = heard.data.split(":");
  const projectId = /^[0-9a-f-]{36}$/.test(incidentId)
    ? await projectForChat(parts.db, incidentId, hintOf(heard.place.chat))
    : null;
  const done =
    projectId === null
      ? { text: "There is no such incident for this chat.", stays: false }
      : await perform(parts, { act, incidentId, projectId, by: `${heard.by.slice(0, 100)} (Telegram)` });
  await parts.bot("answerCallbackQuery", { callback_query_id: heard.pressId, text: done.text });
  if (done.stays) await mark(parts, heard, done.text);
}

type Act = { act: string; projectId: string; incidentId: string; by: string };
const VIA = { kind: "telegram", link: null, address: null } as const;
const HOURS_2_MS = 2 * 3_600_000;

async function perform({ pool }: HearParts, { act, projectId, incidentId, by }: Act) {
  const ref = { projectId, incidentId };
  const at = Date.now();
  switch (act) {
    case "ack":
      return told(await acknowledgeIncident(pool, ref, { by, at, via: VIA }), `Acknowledged by ${by}.`);
    case "snooze2h": {
      const until = at + HOURS_2_MS;
      return told(await snoozeIncident(pool, ref, { by, at, until, via: VIA }), `Snoozed for 2 h by ${by}.`);
    }
    case "snoozeup": {
      const until = Infinity;
      return told(
        await snoozeIncident(pool, ref, { by, at, until, via: VIA }),
        `Snoozed until it recovers, by ${by}.`,
      );
    }
    default:
      return { text: "This button is of another version of Overdue.", stays: false };
  }
}

function told(acted: Acted, words: string): { text: string; stays: boolean } {
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
async function mark({ bot }: HearParts, { place, message }: Press, text: string): Promise<void> {
  await bot("editMessageText", {
    chat_id: place.chat,
    message_id: message.id,
    text: `${message.text.slice(0, 3_900)}\n\n✔ ${text}`,
    entities: message.entities,
    link_preview_options: { is_disabled: true },
  });
}

async function say({ bot }: HearParts, { chat, topic }: Place, text: string): Promise<void> {
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
