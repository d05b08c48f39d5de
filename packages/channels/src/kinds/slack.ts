import { z } from "zod";

import { hookUrl, hostOf } from "../address.ts";
import { summary, usualOutcome } from "../answers.ts";
import { defineKind, type HttpAnswer, type Operator, type Outcome, type Style } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { lookOf } from "../message/look.ts";
import { linksOf, saidText } from "../message/pieces.ts";
import { clipEnd, clipStart, escapeAngles } from "../message/text.ts";

/** Slack's limits, in characters. */
const HEADER = 150;
const SECTION = 3_000;
const FIELD = 2_000;
const FIELDS = 10;
const TEXT = 4_000;
/** Words of an incoming webhook that no later attempt can change. */
const GONE =
  /no_service|no_team|channel_not_found|channel_is_archived|invalid_token|token_revoked|user_not_found|team_disabled|action_prohibited|posting_to_general_channel_denied/;
const FORMAT = /invalid_payload|invalid_blocks|invalid_attachments|no_text|too_many_attachments/;

export const slack = defineKind({
  title: "Slack",
  summary: "A message through an incoming webhook.",
  group: "chat",
  schema: z.strictObject({ url: hookUrl }),
  fields: [
    {
      name: "url",
      label: "Webhook URL",
      help: "From Slack: your app → Incoming Webhooks → Add New Webhook to Workspace.",
      placeholder: "https://hooks.slack.com/services/T…/B…/…",
      input: "url",
      secret: true,
      required: true,
    },
  ],
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 100 },
  hint: ({ url }) => `${hostOf(url)}/…${url.slice(-4)}`,
  open: ({ url }) => ({
    via: "http",
    request: (message, style, operator) => ({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(payload(message, style)),
      trusted: isOperators(url, operator),
      onlyHosts: ["slack.com"],
      signed: null,
    }),
    read,
  }),
});

/** The body of an incoming webhook. What a person or a job typed stands in plain_text, where nothing is markup. */
export function payload(message: AlertMessage, style: Style): Record<string, unknown> {
  const text = clipEnd(escapeAngles(plainText(message)), TEXT);
  const quiet = { unfurl_links: false, unfurl_media: false };
  if (style === "plain") return { text, mrkdwn: false, ...quiet };
  return {
    text: clipEnd(escapeAngles(saidText(message)), TEXT),
    blocks: blocks(message),
    ...quiet,
  };
}

function blocks(message: AlertMessage): unknown[] {
  const fields = message.lines.slice(0, FIELDS).map((line) => plain(`${line.label}\n${line.value}`, FIELD));
  return [
    { type: "header", text: plain(`${lookOf(message).mark} ${message.title}`, HEADER) },
    ...(message.sentence === "" ? [] : [{ type: "section", text: plain(message.sentence, SECTION) }]),
    ...(fields.length === 0 ? [] : [{ type: "section", fields }]),
    ...(message.output === null ? [] : [{ type: "section", text: output(message.output) }]),
    { type: "section", text: { type: "mrkdwn", text: links(message) } },
    ...(message.repeat === null
      ? []
      : [{ type: "context", elements: [plain(`(${message.repeat})`, FIELD)] }]),
  ];
}

/** Links and no buttons: pressing one of a webhook's app that takes no interactions, Slack shows a warning beside it. */
function links(message: AlertMessage): string {
  return linksOf(message)
    .map(({ label, url }) => `<${escapeAngles(url)}|${label}>`)
    .join("  ·  ");
}

function output(text: string) {
  const title = "Last output:\n";
  return plain(title + clipStart(text, SECTION - title.length), SECTION);
}

function plain(text: string, limit: number) {
  return { type: "plain_text", text: clipEnd(text, limit), emoji: false };
}

function isOperators(url: string, operator: Operator): boolean {
  return URL.parse(operator.slackApiUrl)?.origin === URL.parse(url)?.origin;
}

function read(answer: HttpAnswer): Outcome {
  const because = summary(answer);
  if (answer.status === 200) return { outcome: "sent", providerRef: null, because };
  if (answer.status === 404 || answer.status === 410) return { outcome: "permanent", because };
  if (answer.status >= 400 && answer.status < 500 && GONE.test(answer.body))
    return { outcome: "permanent", because };
  if (answer.status === 400 && FORMAT.test(answer.body)) return { outcome: "plain", because };
  return usualOutcome(answer);
}
