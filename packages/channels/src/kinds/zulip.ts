import { mailAddress } from "@overdue/core";
import { z } from "zod";

import { hostIn, serverUrl } from "../addresses.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineHttpKind } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { markdownLinks, markedTitle, plainText } from "../message/parts.ts";
import { clipEnd, fenceCode, oneLine } from "../message/text.ts";
import { basicAuth, formRequest } from "../request.ts";

/** With its fences a message stays below Zulip's limit of 10,000 characters. */
const CONTENT_CHARS_MAX = 6_000;
const TOPIC_CHARS_MAX = 60;

const Wait = z.object({ "retry-after": z.number() }).transform((body) => body["retry-after"] * 1_000);

const schema = z.strictObject({
  server: serverUrl,
  bot: mailAddress("Give the bot's e-mail address.", "ascii domain"),
  key: tokenText("Give the bot's API key."),
  to: z
    .string({ error: "Give the channel's name, or a person's e-mail address." })
    .trim()
    .min(1, "Give the channel's name, or a person's e-mail address.")
    .max(200, "Use at most 200 characters."),
  topic: z
    .string()
    .trim()
    .max(TOPIC_CHARS_MAX, `A topic has at most ${TOPIC_CHARS_MAX} characters.`)
    .optional(),
});
type Settings = z.output<typeof schema>;

export const zulip = defineHttpKind({
  title: "Zulip",
  summary: "A message into a topic of a channel, or to a person.",
  group: "chat",
  schema,
  fields: [
    field({
      name: "server",
      label: "Server",
      help: "The address of your organisation.",
      placeholder: "https://example.zulipchat.com",
      input: "url",
    }),
    field({
      name: "bot",
      label: "Bot's e-mail address",
      help: "From Zulip: Personal settings → Bots → Add a new bot → Incoming webhook.",
      placeholder: "overdue-bot@example.zulipchat.com",
      input: "email",
    }),
    secretField({ name: "key", label: "Bot's API key", help: "Shown beside the bot." }),
    field({
      name: "to",
      label: "Channel or person",
      help: "The name of a channel, or the e-mail address of a person for a direct message.",
      placeholder: "ops",
    }),
    field({
      name: "topic",
      label: "Topic",
      help: "Empty: a topic for each check, named after it.",
      required: false,
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 2, perSecondInAll: 20 },
  hint: ({ to, server }) => `${to} at ${hostIn(server)}`,
  request: (settings, message) =>
    formRequest(`${settings.server}/api/v1/messages`, payload(settings, message), {
      headers: basicAuth(settings.bot, settings.key),
    }),
  answers: {
    provider: "Zulip",
    providerRefusal: z.object({ result: z.literal("error"), msg: z.string() }),
    accepted: z.object({ result: z.literal("success"), id: z.number() }).transform(({ id }) => String(id)),
    permanent: [
      [
        /INVALID_API_KEY|UNAUTHORIZED|USER_DEACTIVATED|REALM_DEACTIVATED|^401\b|^403\b/,
        "Zulip does not know the bot or its key.",
      ],
      [
        /STREAM_DOES_NOT_EXIST|Channel '.*' does not exist|Stream '.*' does not exist/,
        "There is no such channel, or the bot may not see it.",
      ],
      [/Invalid email|Invalid user|Not authorized to send/, "The bot may not send there."],
      [/^404\b/, "There is no Zulip organisation at this address."],
    ],
    waitMs: (body) => Wait.safeParse(body).data ?? null,
  },
});

/** Zulip's Markdown cannot be escaped, so texts of people and jobs are put into a block of code. */
function payload({ to, topic }: Settings, message: AlertMessage): Record<string, string> {
  const content = `${markdownLinks(message)}\n${fenceCode(clipEnd(plainText(message), CONTENT_CHARS_MAX))}`;
  if (to.includes("@")) return { type: "direct", to: JSON.stringify([to]), content };
  return {
    type: "stream",
    to,
    topic: topic || oneLine(message.facts.check?.name || markedTitle(message), TOPIC_CHARS_MAX),
    content,
  };
}
