import { HOUR_MS } from "@overdue/schedules";
import { z } from "zod";

import { hostIn, serverUrl } from "../addresses.ts";
import { field, secretField, tokenText } from "../fields.ts";
import { defineHttpKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { alertLinks, bodyText } from "../message/parts.ts";
import { clipBytes, clipEnd } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/**
 * ntfy refuses a JSON document of more than 8,192 bytes, twice its limit for a message. This much text fits in it together with
 * all links, even if every quote is escaped.
 */
const BYTES_MAX = 3_000;
/** The limit in the plain style, for servers that accept less. */
const PLAIN_BYTES_MAX = 1_000;
const ACTIONS_MAX = 3;
const TITLE_CHARS_MAX = 250;
const TAGS = { bad: ["red_circle"], good: ["green_circle"], neutral: ["bell"] };
const PRIORITY = { bad: 4, good: 3, neutral: 3 };
const SILENT_PRIORITY = 2;
/** ntfy's daily limit for this account or address is used up, and is reset at midnight UTC. Every attempt counts against it. */
const DailyLimit = z.object({ code: z.literal(42_908) });

export const ntfy = defineHttpKind({
  title: "ntfy",
  summary: "A push notification to everyone who follows a topic.",
  group: "push",
  schema: z.strictObject({
    server: serverUrl.default("https://ntfy.sh"),
    topic: z
      .string({ error: "Give the topic." })
      .trim()
      .regex(/^[\w-]{1,64}$/, "A topic has at most 64 letters, digits, dashes and underscores."),
    token: tokenText("Give an access token, such as tk_….").optional(),
  }),
  fields: [
    field({
      name: "topic",
      label: "Topic",
      help: "The topic that the app follows. On ntfy.sh everybody who knows its name can read it: choose one that nobody guesses.",
      placeholder: "overdue-x7f3k2",
      secret: true,
    }),
    field({
      name: "server",
      label: "Server",
      help: "Empty: ntfy.sh.",
      placeholder: "https://ntfy.sh",
      input: "url",
      required: false,
    }),
    secretField({
      name: "token",
      label: "Access token",
      help: "For a topic that not everyone may write to. From ntfy: Account → Access tokens.",
      placeholder: "tk_…",
      required: false,
    }),
  ],
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 20 },
  hint: ({ server, topic }) => `${hostIn(server)}/${topic.slice(0, 3)}…`,
  request: ({ server, topic, token }, message, { style }) =>
    jsonRequest(`${server}/`, payload(topic, message, style), {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    }),
  answers: {
    provider: "ntfy",
    providerRefusal: z.object({ code: z.number(), http: z.number() }),
    accepted: z.object({ id: z.string() }).transform(({ id }) => id),
    permanent: [
      [/^401\b|"code": ?401\d\d/, "ntfy does not know the access token."],
      [/^403\b|"code": ?403\d\d/, "This topic may not be written to without the right access token."],
      [/^404\b/, "There is no ntfy server at this path of its address."],
    ],
    // The message is too long or has more buttons than this server allows; a shorter one without buttons is still an alert.
    formatRefused: /^400\b|^413\b/,
    waitMs: (body) => (DailyLimit.safeParse(body).success ? HOUR_MS : null),
  },
});

/** Without `markdown` a message is shown as it is. */
function payload(topic: string, message: AlertMessage, style: Style): Record<string, unknown> {
  const { tone, silent } = message;
  const isRich = style === "rich";
  return {
    topic,
    title: clipEnd(message.title, TITLE_CHARS_MAX),
    message: clipBytes(bodyText(message, BYTES_MAX), isRich ? BYTES_MAX : PLAIN_BYTES_MAX),
    tags: TAGS[tone],
    priority: silent ? SILENT_PRIORITY : PRIORITY[tone],
    click: message.link,
    ...(isRich && { actions: buttons(message) }),
  };
}

function buttons(message: AlertMessage) {
  return alertLinks(message)
    .slice(0, ACTIONS_MAX)
    .map(({ label, url }) => ({ action: "view", label, url }));
}
