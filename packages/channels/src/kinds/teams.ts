import { z } from "zod";

import type { Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { earlierOutputLine, alertLinks, markedText, markedTitle } from "../message/parts.ts";
import { defineSecretUrlKind } from "../secret-url-kind.ts";

/** A card may have 28 KB, which an alert with this limit never reaches. */
const TEXT_CHARS_MAX = 6_000;
const COLOURS = { bad: "attention", good: "good", neutral: "accent" };
/** In the sentence with which an older connector refuses; workflows refuse with JSON. */
const CONNECTOR_REFUSAL = /connector|webhook/i;

export const teams = defineSecretUrlKind({
  title: "Microsoft Teams",
  summary: "A card into a channel or chat, through a workflow.",
  group: "chat",
  url: {
    label: "Workflow URL",
    help: "From Teams: the channel's ⋯ → Workflows → “Send webhook alerts to a channel” → copy the URL it shows at the end. Connectors of the older kind take the same card.",
    placeholder: "https://….api.powerplatform.com/…",
  },
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 50 },
  payload,
  answers: {
    provider: "Microsoft Teams",
    // Workflows accept with an empty body, connectors with "1"; an HTML page comes from something in between.
    accepted: z
      .union([z.string().regex(/^(?!\s*<)/), z.unknown().refine((body) => typeof body !== "string")])
      .transform(() => null),
    providerRefusal: z.union([
      z.object({ error: z.object({ code: z.string() }) }),
      z.string().regex(CONNECTOR_REFUSAL),
    ]),
    permanent: [
      [/WorkflowNotFound|^404\b|^410\b/, "The workflow was deleted: make a new one."],
      [
        /WorkflowTriggerIsNotEnabled|WorkflowDisabled/,
        "The workflow is switched off: switch it on in Teams.",
      ],
      [
        /^401\b|DirectApiAuthorizationRequired|^403\b/,
        "The workflow does not let anyone post: copy its URL again.",
      ],
    ],
    formatRefused: /^400\b|^413\b/,
  },
});

/** Texts of people and jobs are put into text runs, which have no markup; a TextBlock or a fact would parse Markdown. */
function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body: style === "plain" ? [paragraph(textRun(markedText(message, TEXT_CHARS_MAX)))] : body(message),
    actions: alertLinks(message).map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return { type: "message", attachments: [attachment] };
}

function body(message: AlertMessage): unknown[] {
  const { tone } = message;
  const earlier = earlierOutputLine(message);
  return [
    paragraph(textRun(markedTitle(message), { weight: "bolder", size: "large", color: COLOURS[tone] })),
    ...(message.sentence === "" ? [] : [paragraph(textRun(message.sentence))]),
    ...message.lines.map(({ label, value }) =>
      paragraph(textRun(`${label}: `, { weight: "bolder" }), textRun(value)),
    ),
    ...(earlier === null ? [] : [paragraph(textRun(earlier))]),
    ...(message.output === null ? [] : [output(message.output)]),
    ...(message.repeat === null ? [] : [paragraph(textRun(`(${message.repeat})`, { isSubtle: true }))]),
  ];
}

function output(text: string): unknown {
  return {
    type: "Container",
    style: "emphasis",
    items: [paragraph(textRun(text, { fontType: "monospace", size: "small" }))],
  };
}

function paragraph(...inlines: unknown[]) {
  return { type: "RichTextBlock", inlines, spacing: "small" };
}

function textRun(text: string, look: Record<string, unknown> = {}) {
  return { type: "TextRun", text, ...look };
}
