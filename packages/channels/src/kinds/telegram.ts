import { z } from "zod";

import { answerSummary, boundWaitMs, outcomeByStatus } from "../answers.ts";
import { field, secretField } from "../fields.ts";
import {
  defineHttpKind,
  type HttpAnswer,
  type Operator,
  type Outcome,
  type Problem,
  type Style,
} from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, alertLook, mainActions, markedText } from "../message/parts.ts";
import { escapeAngles, escapeTailWithin } from "../message/text.ts";

/** The Bot API counts characters after parsing. The escaped text is counted here, which is never shorter. */
const TEXT_CHARS_MAX = 4_096;
/** Descriptions in responses with status 400 after which no later attempt can succeed. */
const PERMANENT =
  /chat not found|bot was (blocked|kicked)|user is deactivated|group chat was (deleted|deactivated)|not a member|not enough rights|need administrator rights|have no rights|message thread not found|TOPIC_(CLOSED|DELETED)|PEER_ID_INVALID|CHAT_WRITE_FORBIDDEN/i;

const schema = z.strictObject({
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
type Settings = z.output<typeof schema>;

/** A chat's id followed by its topic, as some clients show it. */
const ID_AND_TOPIC = /^(-?\d{1,20})[_/](\d{1,10})$/;
/** A link to a message in a topic. A private group appears in it as a number, a public one as a name. */
const MESSAGE_LINK =
  /^(?:https?:\/\/)?(?:t\.me|telegram\.me)\/(?:c\/(\d{1,20})|(\w{4,64}))(?:\/(\d{1,10}))?(?:\/(\d{1,10}))?\/?(?:\?.*)?$/;

/** Splits what people paste into "Chat" (an id with a topic, or a link to a message) into chat and topic. */
function readInput(input: Record<string, unknown>) {
  const { chat, topic } = input;
  if (typeof chat !== "string") return { input };
  const read = parseChat(chat.trim());
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

function parseChat(text: string): { chat: string; topic: string | null } | { problem: Problem } | null {
  const [, id, topic] = ID_AND_TOPIC.exec(text) ?? [];
  if (id !== undefined && topic !== undefined) return { chat: id, topic };
  const [link, number, name, first, second] = MESSAGE_LINK.exec(text) ?? [];
  if (link === undefined || name === "joinchat") return null;
  const chat = number === undefined ? `@${name}` : `-100${number}`;
  if (first === undefined || second !== undefined) return { chat, topic: first ?? null };
  const message = `Such a link may be of a message or of a topic: give ${chat} as the chat, and the topic's number, if it is one, as “topic”.`;
  return { problem: { field: "chat", message } };
}

export const telegram = defineHttpKind({
  title: "Telegram",
  summary: "A message by a bot into a chat, a group or a topic.",
  group: "chat",
  schema,
  readInput,
  fields: [
    field({
      name: "chat",
      label: "Chat",
      help: "The id of the chat, or @name of a public one. Send /start to the bot there first, unless you give a bot token of your own.",
      placeholder: "-1001234567890",
    }),
    field({
      name: "topic",
      label: "Topic",
      help: "The number of the topic in a group with topics. Empty: the general one.",
      required: false,
    }),
    secretField({
      name: "token",
      label: "Bot token",
      help: "The token of a bot of your own. Empty: the bot of this instance.",
      placeholder: "123456:ABC…",
      required: false,
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 30 },
  hint: ({ chat, topic }) => (topic === undefined ? `chat ${chat}` : `chat ${chat}, topic ${topic}`),
  request: (settings, message, { style, operator }) =>
    request(settings, payload(settings, message, style), operator),
  answers: outcome,
});

/** The body of the Bot API's `sendMessage`. */
export function payload(settings: Settings, message: AlertMessage, style: Style): Record<string, unknown> {
  return {
    chat_id: settings.chat,
    ...(settings.topic === undefined ? {} : { message_thread_id: settings.topic }),
    ...(style === "rich"
      ? { text: html(message), parse_mode: "HTML" }
      : { text: markedText(message, TEXT_CHARS_MAX) }),
    ...(message.silent ? { disable_notification: true } : {}),
    ...(settings.token === undefined ? buttons(message) : links(message, style)),
    link_preview_options: { is_disabled: true },
  };
}

/** Telegram reports pressed buttons only to the bot of this instance, so messages of other bots have links instead. */
function links(message: AlertMessage, style: Style): Record<string, unknown> {
  const actions = mainActions(message);
  // Telegram refuses links to addresses of a private network, so the plain style has none.
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
    `${alertLook(message).mark} <b>${escapeAngles(message.title)}</b>`,
    escapeAngles(message.sentence),
    message.lines.map((line) => `${escapeAngles(line.label)}: ${escapeAngles(line.value)}`).join("\n"),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
  const tail = `\n\n${escapeAngles(message.link)}${message.repeat === null ? "" : `\n\n(${message.repeat})`}`;
  return `${head}${output(message, TEXT_CHARS_MAX - head.length - tail.length)}${tail}`;
}

/** As much of the end of the job's output as fits into `room` characters. */
function output(message: AlertMessage, room: number): string {
  const earlier = earlierOutputLine(message);
  const [open, close] = [`\n\n${earlier === null ? "" : `${earlier}\n`}<pre>`, "</pre>"];
  const space = room - open.length - close.length;
  if (message.output === null || space < 20) return "";
  return `${open}${escapeTailWithin(message.output, space, escapeAngles)}${close}`;
}

function request(settings: Settings, body: Record<string, unknown>, operator: Operator) {
  const token = settings.token ?? operator.telegramBotToken;
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

const Body = z.object({
  ok: z.boolean().optional(),
  description: z.string().optional(),
  result: z.object({ message_id: z.number() }).optional(),
  parameters: z
    .object({ retry_after: z.number().optional(), migrate_to_chat_id: z.number().optional() })
    .optional(),
});

function outcome(answer: HttpAnswer, settings: Settings): Outcome {
  const body = parseBody(answer.body);
  const because = answerSummary({ ...answer, body: body.description ?? "" });
  const movedTo = body.parameters?.migrate_to_chat_id;
  const waitSeconds = body.parameters?.retry_after;
  if (answer.status === 200 && body.ok === true) {
    return { outcome: "sent", providerRef: body.result?.message_id.toString() ?? null, because };
  }
  if (answer.status >= 200 && answer.status < 300) {
    return { outcome: "transient", because: "Telegram's answer could not be read.", uncertain: true };
  }
  if (movedTo !== undefined) return { outcome: "moved", settings: { chat: String(movedTo) }, because };
  if (waitSeconds !== undefined)
    return { outcome: "throttled", retryAfterMs: boundWaitMs(waitSeconds * 1_000), because };
  return refusal(answer, settings, { because, isOwn: body.ok === false });
}

/** What a refusal means. `isOwn`: the response comes from Telegram itself, not from something in between. */
function refusal(
  answer: HttpAnswer,
  settings: Settings,
  { because, isOwn }: { because: string; isOwn: boolean },
): Outcome {
  const ownToken = settings.token !== undefined && (answer.status === 401 || answer.status === 404);
  if (!isOwn) return outcomeByStatus({ ...answer, body: because });
  if (ownToken) return { outcome: "permanent", because: `${because}. Telegram does not know the bot token.` };
  if (answer.status === 401 || answer.status === 404) {
    const sentence =
      "Telegram does not know the bot of this instance: the operator must correct TELEGRAM_BOT_TOKEN.";
    return { outcome: "operator", because: `${because}. ${sentence}` };
  }
  if (answer.status === 403) return { outcome: "permanent", because };
  if (answer.status === 400) return { outcome: PERMANENT.test(because) ? "permanent" : "plain", because };
  return outcomeByStatus({ ...answer, body: because });
}

function parseBody(body: string): z.output<typeof Body> {
  try {
    return Body.catch({}).parse(JSON.parse(body));
  } catch {
    return {};
  }
}
