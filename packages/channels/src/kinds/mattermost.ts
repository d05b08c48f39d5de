import { z } from "zod";

import type { Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, alertLook, markdownLinks, markedText, markedTitle } from "../message/parts.ts";
import { escapeMarkdown, fenceCode } from "../message/text.ts";
import { defineSecretUrlKind } from "../secret-url-kind.ts";

/** A post may have 16,383 characters. */
const TEXT_CHARS_MAX = 12_000;

export const mattermost = defineSecretUrlKind({
  title: "Mattermost",
  summary: "A message into a channel, through an incoming webhook.",
  group: "chat",
  url: {
    label: "Webhook URL",
    help: "From Mattermost: Integrations → Incoming Webhooks → Add Incoming Webhook. A server inside your network needs ALLOW_PRIVATE_NETWORKS.",
    placeholder: "https://mattermost.example.org/hooks/…",
  },
  rateLimit: { concurrency: 2, perSecond: 5, perSecondInAll: 50 },
  payload,
  answers: {
    provider: "Mattermost",
    accepted: z
      .string()
      .regex(/^\s*ok\s*$/)
      .transform(() => null),
    providerRefusal: z.object({ id: z.string(), status_code: z.number() }),
    permanent: [
      // Servers before version 10 give the reason as an id, later ones only as the status.
      [/web\.incoming_webhook\.invalid\b|^410\b/, "The webhook was removed: make a new one."],
      [
        /web\.incoming_webhook\.disabled\b|^501\b/,
        "Incoming webhooks are switched off on this server: an administrator can switch them on.",
      ],
      [
        /web\.incoming_webhook\.(permissions|channel|channel_locked|user)\b|^403\b/,
        "The webhook may not post into its channel.",
      ],
      [/^404\b/, "The webhook or its channel is gone: make a new one."],
    ],
    formatRefused: /^400\b|^413\b/,
    plainTextRefused: [
      /^400\b.*web\.incoming_webhook\.general\b/,
      "The webhook was removed: make a new one.",
    ],
  },
});

function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  if (style === "plain") return { text: fenceCode(markedText(message, TEXT_CHARS_MAX)) };
  return { attachments: [attachment(message)] };
}

function attachment(message: AlertMessage): Record<string, unknown> {
  const output = message.output === null ? [] : [fenceCode(message.output)];
  const earlier = earlierOutputLine(message) ?? "";
  const repeat = message.repeat === null ? [] : [`(${message.repeat})`];
  return {
    fallback: escapeMarkdown(markedTitle(message)),
    color: alertLook(message).colour,
    title: escapeMarkdown(markedTitle(message)),
    title_link: message.link,
    text: [escapeMarkdown(message.sentence), earlier, ...output, markdownLinks(message), ...repeat]
      .filter((part) => part !== "")
      .join("\n\n"),
    fields: message.lines.map(({ label, value }) => ({
      short: true,
      title: label,
      value: escapeMarkdown(value),
    })),
  };
}
