import { z } from "zod";

import { hookUrl, hostOf } from "../address.ts";
import { readBy } from "../answers.ts";
import { field } from "../fields.ts";
import { defineKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { markdownLinks, markedText, markedTitle } from "../message/pieces.ts";
import { escapeMarkdown, fencedByThree } from "../message/text.ts";
import { lookOf } from "../message/look.ts";
import { jsonRequest } from "../request.ts";

/** A message may have 5,000 characters unless its server allows more. */
const TEXT = 4_500;

export const rocketChat = defineKind({
  title: "Rocket.Chat",
  summary: "A message into a room, through an incoming webhook.",
  group: "chat",
  schema: z.strictObject({ url: hookUrl }),
  fields: [
    field({
      name: "url",
      label: "Webhook URL",
      help: "From Rocket.Chat: Workspace → Integrations → New → Incoming; switch it on, save, and copy the webhook URL.",
      placeholder: "https://chat.example.org/hooks/…/…",
      input: "url",
      secret: true,
    }),
  ],
  pace: { atOnce: 1, perSecond: 2, inAllPerSecond: 50 },
  hint: ({ url }) => `${hostOf(url)}/…${url.slice(-4)}`,
  open: ({ url }) => ({
    via: "http",
    request: (message, style) => jsonRequest(url, payload(message, style)),
    read,
  }),
});

function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  if (style === "plain") return { text: fencedByThree(markedText(message, TEXT)) };
  const output = message.output === null ? [] : [fencedByThree(message.output)];
  const repeat = message.repeat === null ? [] : [`(${message.repeat})`];
  const attachment = {
    color: lookOf(message).colour,
    title: markedTitle(message).replaceAll("@", "@\u200b"),
    title_link: message.link,
    text: [escapeMarkdown(message.sentence), ...output, markdownLinks(message), ...repeat]
      .filter((part) => part !== "")
      .join("\n"),
    fields: message.lines.map(({ label, value }) => ({
      short: false,
      title: label,
      value: escapeMarkdown(value),
    })),
  };
  return { text: "", attachments: [attachment] };
}

const Said = z.object({ error: z.string() });

const read = readBy({
  provider: "Rocket.Chat",
  own: z.object({ success: z.literal(false) }),
  good: z.object({ success: z.literal(true) }).transform(() => null),
  gone: [
    [
      /Invalid integration id or token|^404\b/i,
      "The webhook was removed or is switched off: make a new one.",
    ],
    [/invalid-channel|error-invalid-room/, "The webhook's room is gone."],
    [/^401\b|^403\b/, "The webhook may not post into its room."],
  ],
  dislikes: /^400\b|^413\b/,
  // Its header names an instant, and is missing behind some proxies; the sentence stays.
  waitMs: (body) => {
    const seconds = /must wait (\d+) seconds/.exec(Said.safeParse(body).data?.error ?? "")?.[1];
    return seconds === undefined ? null : Number(seconds) * 1_000;
  },
});
