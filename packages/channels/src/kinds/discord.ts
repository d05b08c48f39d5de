import { z } from "zod";

import { hookUrl } from "../address.ts";
import { readBy } from "../answers.ts";
import { field } from "../fields.ts";
import { PROVIDER_HOSTS } from "../hosts.ts";
import { defineKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { linksOf, markedText, markedTitle } from "../message/pieces.ts";
import { clipEnd, clipStart, escapeMarkdown, fencedByThree } from "../message/text.ts";
import { lookOf } from "../message/look.ts";
import { jsonRequest } from "../request.ts";

/** In characters; escaped, all of this stays below Discord's limits, which are 256 for a title and 6,000 for an embed. */
const CONTENT = 2_000;
const TITLE = 120;
const VALUE = 150;
const FIELDS = 10;
const SENTENCE = 600;
const OUTPUT = 1_200;
const BUTTON_URL = 512;
/** No sound and no badge. */
const SUPPRESS_NOTIFICATIONS = 4_096;

export const discord = defineKind({
  title: "Discord",
  summary: "A message into a channel, through a webhook.",
  group: "chat",
  schema: z.strictObject({ url: hookUrl }),
  fields: [
    field({
      name: "url",
      label: "Webhook URL",
      help: "From Discord: Edit Channel → Integrations → Webhooks → New Webhook → Copy Webhook URL. For a thread, add ?thread_id=… to it.",
      placeholder: "https://discord.com/api/webhooks/…/…",
      input: "url",
      secret: true,
    }),
  ],
  // 5 in 2 s for a webhook, 50 a second in all
  hosts: PROVIDER_HOSTS.discord,
  pace: { atOnce: 1, perSecond: 2, inAllPerSecond: 40 },
  hint: ({ url }) => `webhook ${/\/webhooks\/(\d+)\//.exec(url)?.[1] ?? `…${url.slice(-4)}`}`,
  open: ({ url }) => ({
    via: "http",
    request: (message, style) =>
      jsonRequest(waiting(url), payload(message, style), { onlyHosts: PROVIDER_HOSTS.discord }),
    read,
  }),
});

/** With `wait` Discord answers once the message is stored, and names it. Without the other it drops buttons. */
function waiting(address: string): string {
  const url = new URL(address);
  url.searchParams.set("wait", "true");
  url.searchParams.set("with_components", "true");
  return url.href;
}

function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  const { silent } = message;
  const quiet = { allowed_mentions: { parse: [] }, ...(silent && { flags: SUPPRESS_NOTIFICATIONS }) };
  if (style === "plain") return { content: fencedByThree(markedText(message, CONTENT - 100)), ...quiet };
  return { embeds: [embed(message)], components: [buttons(message)], ...quiet };
}

/** A row of links: the only buttons that a webhook without an app of its own may show. */
function buttons(message: AlertMessage): Record<string, unknown> {
  const links = linksOf(message).filter(({ url }) => url.length <= BUTTON_URL);
  return { type: 1, components: links.map(({ label, url }) => ({ type: 2, style: 5, label, url })) };
}

function embed(message: AlertMessage): Record<string, unknown> {
  const { colour } = lookOf(message);
  return {
    title: escapeMarkdown(clipEnd(markedTitle(message), TITLE)),
    url: message.link,
    color: Number.parseInt(colour.slice(1), 16),
    description: [
      ...(message.sentence === "" ? [] : [escapeMarkdown(clipEnd(message.sentence, SENTENCE))]),
      ...(message.output === null ? [] : [fencedByThree(clipStart(message.output, OUTPUT))]),
    ].join("\n"),
    fields: message.lines
      .slice(0, FIELDS)
      .map(({ label, value }) => ({ name: label, value: escapeMarkdown(clipEnd(value, VALUE)) })),
    ...(message.repeat !== null && { footer: { text: `(${message.repeat})` } }),
  };
}

/** In seconds, with a fraction. */
const Limit = z.object({ retry_after: z.number() }).transform((said) => said.retry_after * 1_000);

const read = readBy({
  provider: "Discord",
  own: z.object({ code: z.number(), message: z.string() }),
  good: z.object({ id: z.string() }).transform(({ id }) => id),
  gone: [
    [/"code": ?10015\b|^404\b/, "The webhook was deleted in Discord: make a new one."],
    [/"code": ?50027\b|^401\b/, "Discord does not know the webhook's token: copy its URL again."],
    [/"code": ?(10003|160005)\b/, "The channel or thread is gone or closed."],
    [/"code": ?220001\b/, "This webhook is of a forum: add ?thread_id=… of a post to its URL."],
    [/^403\b/, "Discord does not allow this webhook to post there."],
  ],
  dislikes: /^400\b/,
  waitMs: (body) => Limit.safeParse(body).data ?? null,
});
