import { z } from "zod";

import { hookUrl } from "../address.ts";
import { readBy } from "../answers.ts";
import { field } from "../fields.ts";
import { PROVIDER_HOSTS } from "../hosts.ts";
import { defineKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { bodyText, linksOf, markedTitle } from "../message/pieces.ts";
import { clipEnd, escapeAngles } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

const TEXT = 4_000;
const TITLE = 200;
const LINES = 10;

export const googleChat = defineKind({
  title: "Google Chat",
  summary: "A card into a space, through a webhook.",
  group: "chat",
  schema: z.strictObject({ url: hookUrl }),
  fields: [
    field({
      name: "url",
      label: "Webhook URL",
      help: "From Google Chat: the space's name → Apps & integrations → Webhooks → Add webhook → copy its link.",
      placeholder: "https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…",
      input: "url",
      secret: true,
    }),
  ],
  // 60 writes a minute for all apps of a space
  hosts: PROVIDER_HOSTS["google-chat"],
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 50 },
  hint: ({ url }) => `space ${/\/spaces\/([\w-]+)\//.exec(url)?.[1] ?? `…${url.slice(-4)}`}`,
  open: ({ url }) => ({
    via: "http",
    request: (message, style) =>
      jsonRequest(url, payload(message, style), { onlyHosts: PROVIDER_HOSTS["google-chat"] }),
    read,
  }),
});

/** Texts of a card are read as a little HTML, so angles are escaped; a plain text knows <users/all>, so they go. */
function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  if (style === "plain") {
    const text = `${markedTitle(message)}\n\n${bodyText(message, TEXT - TITLE)}`;
    return { text: text.replaceAll("<", "‹").replaceAll(">", "›") };
  }
  const title = clipEnd(markedTitle(message), TITLE);
  const card = {
    header: { title },
    sections: [{ widgets: widgets(message) }],
  };
  return { fallbackText: title, cardsV2: [{ cardId: "alert", card }] };
}

function widgets(message: AlertMessage): unknown[] {
  return [
    ...(message.sentence === "" ? [] : [paragraph(message.sentence)]),
    ...message.lines.slice(0, LINES).map(({ label, value }) => ({
      decoratedText: { topLabel: label, text: escapeAngles(value), wrapText: true },
    })),
    ...(message.output === null ? [] : [paragraph(`Last output:\n${message.output}`)]),
    ...(message.repeat === null ? [] : [paragraph(`(${message.repeat})`)]),
    { buttonList: { buttons: linksOf(message).map(({ label, url }) => button(label, url)) } },
  ];
}

function button(text: string, url: string) {
  return { text, onClick: { openLink: { url } } };
}

function paragraph(text: string) {
  return { textParagraph: { text: escapeAngles(text).replaceAll("\n", "<br>") } };
}

const read = readBy({
  provider: "Google Chat",
  own: z.object({ error: z.object({ code: z.number() }) }),
  good: z.object({ name: z.string() }).transform(({ name }) => name),
  gone: [
    [/^404\b|NOT_FOUND/, "The space or its webhook was deleted: make a new webhook."],
    [
      /^401\b|UNAUTHENTICATED|API key not valid|^403\b|PERMISSION_DENIED/,
      "Google does not accept the webhook's key: copy its link again.",
    ],
  ],
  dislikes: /^400\b/,
});
