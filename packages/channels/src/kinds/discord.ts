import { z } from "zod";

import { PROVIDER_HOSTS } from "../addresses.ts";
import type { Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, alertLinks, alertLook, markedText, markedTitle } from "../message/parts.ts";
import { clipEnd, clipStart, escapeMarkdown, fencedByThree } from "../message/text.ts";
import { defineSecretUrlKind } from "../secret-url-kind.ts";

/** Even if every character must be escaped, these stay below Discord's limits of 256 for a title and 6,000 for an embed. */
const CONTENT_CHARS_MAX = 2_000;
const TITLE_CHARS_MAX = 120;
const VALUE_CHARS_MAX = 150;
const FIELDS_MAX = 10;
const SENTENCE_CHARS_MAX = 600;
const OUTPUT_CHARS_MAX = 1_200;
const BUTTON_URL_CHARS_MAX = 512;
/** A flag for messages without sound and badge. */
const SUPPRESS_NOTIFICATIONS = 4_096;

/** Discord names the wait in seconds, with a fraction. */
const Wait = z.object({ retry_after: z.number() }).transform((body) => body.retry_after * 1_000);

export const discord = defineSecretUrlKind({
  title: "Discord",
  summary: "A message into a channel, through a webhook.",
  group: "chat",
  url: {
    label: "Webhook URL",
    help: "From Discord: Edit Channel → Integrations → Webhooks → New Webhook → Copy Webhook URL. For a thread, add ?thread_id=… to it.",
    placeholder: "https://discord.com/api/webhooks/…/…",
  },
  hosts: PROVIDER_HOSTS.discord,
  // Discord allows 5 requests in 2 s to a webhook, and 50 a second in all.
  rateLimit: { concurrency: 1, perSecond: 2, perSecondInAll: 40 },
  hint: (url) => `webhook ${/\/webhooks\/(\d+)\//.exec(url)?.[1] ?? `…${url.slice(-4)}`}`,
  requestUrl: withQuery,
  payload,
  answers: {
    provider: "Discord",
    providerRefusal: z.object({ code: z.number(), message: z.string() }),
    accepted: z.object({ id: z.string() }).transform(({ id }) => id),
    permanent: [
      [/"code": ?10015\b|^404\b/, "The webhook was deleted in Discord: make a new one."],
      [/"code": ?50027\b|^401\b/, "Discord does not know the webhook's token: copy its URL again."],
      [/"code": ?(10003|160005)\b/, "The channel or thread is gone or closed."],
      [/"code": ?220001\b/, "This webhook belongs to a forum: add ?thread_id=… of a post to its URL."],
      [/^403\b/, "Discord does not allow this webhook to post there."],
    ],
    formatRefused: /^400\b/,
    waitMs: (body) => Wait.safeParse(body).data ?? null,
  },
});

/** With `wait`, Discord answers when the message is stored, with its id. Without `with_components` it drops the buttons. */
function withQuery(address: string): string {
  const url = new URL(address);
  url.searchParams.set("wait", "true");
  url.searchParams.set("with_components", "true");
  return url.href;
}

function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  const options = {
    allowed_mentions: { parse: [] },
    ...(message.silent && { flags: SUPPRESS_NOTIFICATIONS }),
  };
  if (style === "plain")
    return { content: fencedByThree(markedText(message, CONTENT_CHARS_MAX - 100)), ...options };
  return { embeds: [embed(message)], components: [buttons(message)], ...options };
}

/** A row of link buttons, the only kind that a webhook without its own app may show. */
function buttons(message: AlertMessage): Record<string, unknown> {
  const links = alertLinks(message).filter(({ url }) => url.length <= BUTTON_URL_CHARS_MAX);
  return { type: 1, components: links.map(({ label, url }) => ({ type: 2, style: 5, label, url })) };
}

function embed(message: AlertMessage): Record<string, unknown> {
  const { colour } = alertLook(message);
  const earlier = earlierOutputLine(message);
  return {
    title: escapeMarkdown(clipEnd(markedTitle(message), TITLE_CHARS_MAX)),
    url: message.link,
    color: Number.parseInt(colour.slice(1), 16),
    description: [
      ...(message.sentence === "" ? [] : [escapeMarkdown(clipEnd(message.sentence, SENTENCE_CHARS_MAX))]),
      ...(earlier === null ? [] : [earlier]),
      ...(message.output === null ? [] : [fencedByThree(clipStart(message.output, OUTPUT_CHARS_MAX))]),
    ].join("\n"),
    fields: message.lines
      .slice(0, FIELDS_MAX)
      .map(({ label, value }) => ({ name: label, value: escapeMarkdown(clipEnd(value, VALUE_CHARS_MAX)) })),
    ...(message.repeat !== null && { footer: { text: `(${message.repeat})` } }),
  };
}
