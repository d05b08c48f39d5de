import { z } from "zod";

import type { Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, alertLook, markdownLinks, markedText, markedTitle } from "../message/parts.ts";
import { escapeMarkdown, fencedByThree } from "../message/text.ts";
import { defineSecretUrlKind } from "../secret-url-kind.ts";

/** A message may have 5,000 characters unless its server allows more. */
const TEXT_CHARS_MAX = 4_500;
const Refusal = z.object({ error: z.string() });

export const rocketChat = defineSecretUrlKind({
  title: "Rocket.Chat",
  summary: "A message into a room, through an incoming webhook.",
  group: "chat",
  url: {
    label: "Webhook URL",
    help: "From Rocket.Chat: Workspace → Integrations → New → Incoming; switch it on, save, and copy the webhook URL.",
    placeholder: "https://chat.example.org/hooks/…/…",
  },
  rateLimit: { concurrency: 1, perSecond: 2, perSecondInAll: 50 },
  payload,
  answers: {
    provider: "Rocket.Chat",
    providerRefusal: z.object({ success: z.literal(false) }),
    accepted: z.object({ success: z.literal(true) }).transform(() => null),
    permanent: [
      [
        /Invalid integration id or token|^404\b/i,
        "The webhook was removed or is switched off: make a new one.",
      ],
      [/invalid-channel|error-invalid-room/, "The webhook's room is gone."],
      [/^401\b|^403\b/, "The webhook may not post into its room."],
    ],
    formatRefused: /^400\b|^413\b/,
    // Some proxies drop the header that names the wait, but the body names it too.
    waitMs: (body) => {
      const seconds = /must wait (\d+) seconds/.exec(Refusal.safeParse(body).data?.error ?? "")?.[1];
      return seconds === undefined ? null : Number(seconds) * 1_000;
    },
  },
});

function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  if (style === "plain") return { text: fencedByThree(markedText(message, TEXT_CHARS_MAX)) };
  const output = message.output === null ? [] : [fencedByThree(message.output)];
  const earlier = earlierOutputLine(message) ?? "";
  const repeat = message.repeat === null ? [] : [`(${message.repeat})`];
  const attachment = {
    color: alertLook(message).colour,
    title: markedTitle(message).replaceAll("@", "@\u200b"),
    title_link: message.link,
    text: [escapeMarkdown(message.sentence), earlier, ...output, markdownLinks(message), ...repeat]
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
