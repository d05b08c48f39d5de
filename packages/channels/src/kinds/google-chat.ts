import { z } from "zod";

import { PROVIDER_HOSTS } from "../addresses.ts";
import type { Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { alertLinks, bodyText, markedTitle, outputTitle } from "../message/parts.ts";
import { clipEnd, escapeAngles } from "../message/text.ts";
import { defineSecretUrlKind } from "../secret-url-kind.ts";

const TEXT_CHARS_MAX = 4_000;
const TITLE_CHARS_MAX = 200;
const LINES_MAX = 10;

export const googleChat = defineSecretUrlKind({
  title: "Google Chat",
  summary: "A card into a space, through a webhook.",
  group: "chat",
  url: {
    label: "Webhook URL",
    help: "From Google Chat: the space's name → Apps & integrations → Webhooks → Add webhook → copy its link.",
    placeholder: "https://chat.googleapis.com/v1/spaces/…/messages?key=…&token=…",
  },
  hosts: PROVIDER_HOSTS["google-chat"],
  // Google allows 60 messages a minute for all apps of a space.
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 50 },
  hint: (url) => `space ${/\/spaces\/([\w-]+)\//.exec(url)?.[1] ?? `…${url.slice(-4)}`}`,
  payload,
  answers: {
    provider: "Google Chat",
    providerRefusal: z.object({ error: z.object({ code: z.number() }) }),
    accepted: z.object({ name: z.string() }).transform(({ name }) => name),
    permanent: [
      [/^404\b|NOT_FOUND/, "The space or its webhook was deleted: make a new webhook."],
      [
        /^401\b|UNAUTHENTICATED|API key not valid|^403\b|PERMISSION_DENIED/,
        "Google does not accept the webhook's key: copy its link again.",
      ],
    ],
    formatRefused: /^400\b/,
  },
});

/**
 * Texts of a card are read as a subset of HTML, so angles are escaped. In a plain text <users/all> mentions everybody and
 * nothing escapes it, so angles are replaced.
 */
function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  if (style === "plain") {
    const text = `${markedTitle(message)}\n\n${bodyText(message, TEXT_CHARS_MAX - TITLE_CHARS_MAX)}`;
    return { text: text.replaceAll("<", "‹").replaceAll(">", "›") };
  }
  const title = clipEnd(markedTitle(message), TITLE_CHARS_MAX);
  const card = { header: { title }, sections: [{ widgets: widgets(message) }] };
  return { fallbackText: title, cardsV2: [{ cardId: "alert", card }] };
}

function widgets(message: AlertMessage): unknown[] {
  return [
    ...(message.sentence === "" ? [] : [paragraph(message.sentence)]),
    ...message.lines.slice(0, LINES_MAX).map(({ label, value }) => ({
      decoratedText: { topLabel: label, text: escapeAngles(value), wrapText: true },
    })),
    ...(message.output === null ? [] : [paragraph(`${outputTitle(message)}:\n${message.output}`)]),
    ...(message.repeat === null ? [] : [paragraph(`(${message.repeat})`)]),
    { buttonList: { buttons: alertLinks(message).map(button) } },
  ];
}

function button({ label, url }: { label: string; url: string }) {
  return { text: label, onClick: { openLink: { url } } };
}

function paragraph(text: string) {
  return { textParagraph: { text: escapeAngles(text).replaceAll("\n", "<br>") } };
}
