import { z } from "zod";

import { bounded, summary, usualOutcome } from "../answers.ts";
import {
  defineKind,
  type HttpAnswer,
  type Operator,
  type Outcome,
  type Problem,
  type Style,
} from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { lookOf } from "../message/look.ts";
import { mainActions } from "../message/pieces.ts";
import { clipEnd, escapeAngles, escapeTailWithin } from "../message/text.ts";

/** The Bot API counts after parsing; counting escaped text keeps us below it in any case. */
const TEXT_CHARS = 4_096;
/** Answers after which no later attempt can succeed (Bot API, 400 and 403). */
const GONE =
  /chat not found|bot was (blocked|kicked)|user is deactivated|group chat was (deleted|deactivated)|not a member|not enough rights|need administrator rights|have no rights|message thread not found|TOPIC_(CLOSED|DELETED)|PEER_ID_INVALID|CHAT_WRITE_FORBIDDEN/i;

const settings = z.strictObject({
  chat: z
    .union([z.string().trim(), z.int().transform(String)], { error: "Give the id of the chat." })
    .pipe(
      z
        .string()
        .regex(
          /^(-?\d{1,20}|@\w{4,64})$/,
          "Give the chat's id, such as -1001234567890, or @channelname; the number of a topic goes into the field “topic”.",
        ),
    ),
  topic: z.coerce.number().int("Give the topic's number.").positive().optional(),
  token: z
    .string()
    .trim()
    .regex(/^\d{3,20}:[\w-]{20,100}$/, "Give the token as BotFather shows it, such as 123456:ABC….")
    .optional(),
});
type Settings = z.output<typeof settings>;

/** An id with its topic behind it, as some clients show it. */
const ID_AND_TOPIC = /^(-?\d{1,20})[_/](\d{1,10})$/;
/** A link to a message in a topic: of a private group by number, of a public one by name. */
const MESSAGE_LINK =
  /^(?:https?:\/\/)?(?:t\.me|telegram\.me)\/(?:c\/(\d{1,20})|(\w{4,64}))(?:\/(\d{1,10}))?(?:\/(\d{1,10}))?\/?(?:\?.*)?$/;

/** Takes chat and topic from what people copy as the chat: an id with its topic, or the link to a message. */
function readInput(input: Record<string, unknown>) {
  const { chat, topic } = input;
  if (typeof chat !== "string") return { input };
  const read = placeIn(chat.trim());
  if (read === null) return { input };
  if ("problem" in read) return read;
  if (read.topic === null) return { input: { ...input, chat: read.chat } };
  const given = typeof topic === "number" || typeof topic === "string" ? String(topic).trim() : undefined;
  if (given !== undefined && given !== read.topic) {
    const message = `This names the topic ${read.topic}, and the field “topic” says ${given}: give one of them.`;
    return { problem: { field: "topic", message } };
  }
  return { input: { ...input, ...read } };
}

function placeIn(text: string): { chat: string; topic: string | null } | { problem: Problem } | null {
  const [, id, topic] = ID_AND_TOPIC.exec(text) ?? [];
  if (id !== undefined && topic !== undefined) return { chat: id, topic };
  const [link, number, name, first, second] = MESSAGE_LINK.exec(text) ?? [];
  if (link === undefined || name === "joinchat") return null;
  const chat = number === undefined ? `@${name}` : `-100${number}`;
  if (first === undefined || second !== undefined) return { chat, topic: first ?? null };
  const message = `Such a link may be of a message or of a topic: give ${chat} as the chat, and the topic's number, if it is one, as “topic”.`;
  return { problem: { field: "chat", message } };
}

export const telegram = defineKind({
  title: "Telegram",
  summary: "A message by a bot into a chat, a group or a topic.",
  group: "chat",
  schema: settings,
  readInput,
  fields: [
    {
      name: "chat",
      label: "Chat",
      help: "The id of the chat, or @name of a public one. Send /start to the bot there first, unless you give a bot token of your own.",
      placeholder: "-1001234567890",
      input: "text",
      secret: false,
      required: true,
    },
    {
      name: "topic",
      label: "Topic",
      help: "The number of the topic in a group with topics. Empty: the general one.",
      placeholder: "",
      input: "text",
      secret: false,
      required: false,
    },
    {
      name: "token",
      label: "Bot token",
      help: "The token of a bot of your own. Empty: the bot of this installation.",
      placeholder: "123456:ABC…",
      input: "password",
      secret: true,
      required: false,
    },
  ],
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 30 },
  hint: ({ chat, topic }) => (topic === undefined ? `chat ${chat}` : `chat ${chat}, topic ${topic}`),
  open: (channel) => ({
    via: "http",
    request: (message, style, operator) => request(channel, payload(channel, message, style), operator),
    read: (answer) => read(channel, answer),
  }),
});

/** The body of `sendMessage`. */
export function payload(channel: Settings, message: AlertMessage, style: Style): Record<string, unknown> {
  return {
    chat_id: channel.chat,
    ...(channel.topic === undefined ? {} : { message_thread_id: channel.topic }),
    ...(style === "rich"
      ? { text: html(message), parse_mode: "HTML" }
      : { text: clipEnd(`${lookOf(message).mark} ${plainText(message)}`, TEXT_CHARS) }),
    ...(message.silent ? { disable_notification: true } : {}),
    ...(channel.token === undefined ? buttons(message) : links(message, style)),
    link_preview_options: { is_disabled: true },
  };
}

/** Presses are heard by the installation's own bot alone; messages of others carry links that ask before they act. */
function links(message: AlertMessage, style: Style): Record<string, unknown> {
  const actions = mainActions(message);
  // Telegram refuses buttons to an address that only this network knows: then it goes without.
  if (actions.length === 0 || style === "plain") return {};
  return {
    reply_markup: { inline_keyboard: actions.map(({ label, url }) => [{ text: label, url }]) },
  };
}

function buttons({ tone, facts }: AlertMessage): Record<string, unknown> {
  if (tone !== "bad" || facts.incident === null) return {};
  const { id } = facts.incident;
  return {
    reply_markup: {
      inline_keyboard: [
        [{ text: "Acknowledge", callback_data: `ack:${id}` }],
        [
          { text: "Snooze 2 h", callback_data: `snooze2h:${id}` },
          { text: "… until it recovers", callback_data: `snoozeup:${id}` },
        ],
      ],
    },
  };
}

function html(message: AlertMessage): string {
  const head = [
    `${lookOf(message).mark} <b>${escapeAngles(message.title)}</b>`,
    escapeAngles(message.sentence),
    message.lines.map((line) => `${escapeAngles(line.label)}: ${escapeAngles(line.value)}`).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
  const tail = `\n\n${escapeAngles(message.link)}${message.repeat === null ? "" : `\n\n(${message.repeat})`}`;
  return `${head}${output(message, TEXT_CHARS - head.length - tail.length)}${tail}`;
}

/** What room is left goes to the end of the job's output. */
function output(message: AlertMessage, room: number): string {
  const [open, close] = ["\n\n<pre>", "</pre>"];
  const space = room - open.length - close.length;
  if (message.output === null || space < 20) return "";
  return `${open}${escapeTailWithin(message.output, space, escapeAngles)}${close}`;
}

function request(channel: Settings, body: Record<string, unknown>, operator: Operator) {
  const token = channel.token ?? operator.telegramBotToken;
  if (token === null) {
    return {
      unavailable: "No Telegram bot is set: give this channel a bot token, or set TELEGRAM_BOT_TOKEN.",
    };
  }
  return {
    method: "POST" as const,
    url: `${operator.telegramApiRoot.replace(/\/+$/, "")}/bot${token}/sendMessage`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    trusted: true,
    onlyHosts: null,
    signed: null,
  };
}

const Answer = z.object({
  ok: z.boolean().optional(),
  description: z.string().optional(),
  result: z.object({ message_id: z.number() }).optional(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .optional(),
});

function read(channel: Settings, answer: HttpAnswer): Outcome {
  const said = parsed(answer.body);
  const because = summary({ ...answer, body: said.description ?? "" });
  const movedTo = said.parameters?.migrate_to_chat_id;
  const wait = said.parameters?.retry_after;
  if (answer.status === 200 && said.ok === true) {
    return { outcome: "sent", providerRef: said.result?.message_id.toString() ?? null, because };
  }
  if (answer.status >= 200 && answer.status < 300) {
    return { outcome: "transient", because: "Telegram's answer could not be read.", uncertain: true };
  }
  if (movedTo !== undefined) return { outcome: "moved", settings: { chat: String(movedTo) }, because };
  if (wait !== undefined) return { outcome: "throttled", retryAfterMs: bounded(wait * 1_000), because };
  return refused(channel, answer, { because, isOwn: said.ok === false });
}

/** `isOwn`: Telegram itself said it, and not something in between. */
function refused(
  channel: Settings,
  answer: HttpAnswer,
  { because, isOwn }: { because: string; isOwn: boolean },
): Outcome {
  const ownToken = channel.token !== undefined && (answer.status === 401 || answer.status === 404);
  if (!isOwn) return usualOutcome({ ...answer, body: because });
  if (ownToken) return { outcome: "permanent", because: `${because}. Telegram does not know the bot token.` };
  if (answer.status === 401 || answer.status === 404) {
    const sentence =
      "Telegram does not know the bot of this installation: the operator must mend TELEGRAM_BOT_TOKEN.";
    return { outcome: "operator", because: `${because}. ${sentence}` };
  }
  if (answer.status === 403) return { outcome: "permanent", because };
  if (answer.status === 400) return { outcome: GONE.test(because) ? "permanent" : "plain", because };
  return usualOutcome({ ...answer, body: because });
}

function parsed(body: string): z.output<typeof Answer> {
  try {
    return Answer.catch({}).parse(JSON.parse(body));
  } catch {
    return {};
  }
}
