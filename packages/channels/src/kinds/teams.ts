import { z } from "zod";

import { hookUrl, hostOf } from "../address.ts";
import { readBy } from "../answers.ts";
import { field } from "../fields.ts";
import { defineKind, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { linksOf, markedText, markedTitle } from "../message/pieces.ts";
import { jsonRequest } from "../request.ts";

/** A card may have 28 KB; an alert never comes near it. */
const TEXT = 6_000;
const COLOURS = { bad: "attention", good: "good", neutral: "accent" };

export const teams = defineKind({
  title: "Microsoft Teams",
  summary: "A card into a channel or chat, through a workflow.",
  group: "chat",
  schema: z.strictObject({ url: hookUrl }),
  fields: [
    field({
      name: "url",
      label: "Workflow URL",
      help: "From Teams: the channel's ⋯ → Workflows → “Send webhook alerts to a channel” → copy the URL it shows at the end. Connectors of the older kind take the same card.",
      placeholder: "https://….api.powerplatform.com/…",
      input: "url",
      secret: true,
    }),
  ],
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 50 },
  hint: ({ url }) => `${hostOf(url)}/…${url.slice(-4)}`,
  open: ({ url }) => ({
    via: "http",
    request: (message, style) => jsonRequest(url, payload(message, style)),
    read,
  }),
});

/** What people and jobs typed stands in text runs, which know no markup; a TextBlock or a fact would read Markdown. */
function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body: style === "plain" ? [paragraph(run(markedText(message, TEXT)))] : body(message),
    actions: linksOf(message).map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
  };
  const attachment = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return { type: "message", attachments: [attachment] };
}

function body(message: AlertMessage): unknown[] {
  const { tone } = message;
  return [
    paragraph(run(markedTitle(message), { weight: "bolder", size: "large", color: COLOURS[tone] })),
    ...(message.sentence === "" ? [] : [paragraph(run(message.sentence))]),
    ...message.lines.map(({ label, value }) =>
      paragraph(run(`${label}: `, { weight: "bolder" }), run(value)),
    ),
    ...(message.output === null ? [] : [output(message.output)]),
    ...(message.repeat === null ? [] : [paragraph(run(`(${message.repeat})`, { isSubtle: true }))]),
  ];
}

function output(text: string): unknown {
  return {
    type: "Container",
    style: "emphasis",
    items: [paragraph(run(text, { fontType: "monospace", size: "small" }))],
  };
}

function paragraph(...inlines: unknown[]) {
  return { type: "RichTextBlock", inlines, spacing: "small" };
}

function run(text: string, look: Record<string, unknown> = {}) {
  return { type: "TextRun", text, ...look };
}

/** Connectors of the older kind answer in words. */
const CONNECTOR = /connector|webhook/i;

const read = readBy({
  provider: "Microsoft Teams",
  // Workflows say nothing, connectors "1"; a page is said by something in between.
  good: z
    .union([z.string().regex(/^(?!\s*<)/), z.unknown().refine((body) => typeof body !== "string")])
    .transform(() => null),
  own: z.union([z.object({ error: z.object({ code: z.string() }) }), z.string().regex(CONNECTOR)]),
  gone: [
    [/WorkflowNotFound|^404\b|^410\b/, "The workflow was deleted: make a new one."],
    [/WorkflowTriggerIsNotEnabled|WorkflowDisabled/, "The workflow is switched off: switch it on in Teams."],
    [
      /^401\b|DirectApiAuthorizationRequired|^403\b/,
      "The workflow does not let anyone post: copy its URL again.",
    ],
  ],
  dislikes: /^400\b|^413\b/,
});
