import { z } from "zod";

import { hookUrl, hostOf } from "../address.ts";
import { summary, usualOutcome } from "../answers.ts";
import { tokenText } from "../fields.ts";
import { PROVIDER_HOSTS } from "../hosts.ts";
import {
  defineKind,
  type HttpAnswer,
  type OpenChannel,
  type Operator,
  type Outcome,
  type Style,
} from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { lookOf } from "../message/look.ts";
import { linksOf, saidText } from "../message/pieces.ts";
import { clipEnd, clipStart, escapeAngles } from "../message/text.ts";
import { jsonRequest } from "../request.ts";
import { readSlackPost, slackButtons, slackPost, type SlackPlace } from "./slack-app.ts";

/** Slack's limits, in characters. */
const HEADER = 150;
const SECTION = 3_000;
const FIELD = 2_000;
const FIELDS = 10;
const TEXT = 4_000;
/** What an incoming webhook says, as the whole of its answer, where no later attempt can change it. */
const GONE =
  /^\s*(no_service|no_team|no_active_hooks|channel_not_found|channel_is_archived|invalid_token|token_revoked|user_not_found|team_disabled|action_prohibited|posting_to_general_channel_denied)\s*$/;
const FORMAT = /invalid_payload|invalid_blocks|invalid_attachments|no_text|too_many_attachments/;

const slackId = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{1,30}$/, "Give the id that Slack shows, such as C0123456789.");

export const slack = defineKind({
  title: "Slack",
  summary: "A message into a channel, by an app or a webhook.",
  group: "chat",
  schema: z
    .strictObject({
      url: hookUrl.optional(),
      /** Of the installation's own app, where it was added to a workspace; the person is not asked for these. */
      token: tokenText("Give the bot's token.").optional(),
      channel: slackId.optional(),
      team: slackId.optional(),
      place: z.string().trim().max(200, "Use at most 200 characters.").optional(),
    })
    .refine(
      ({ url, token, channel }) => (url === undefined) !== (token === undefined || channel === undefined),
      {
        path: ["url"],
        error: "Give the webhook's URL.",
      },
    ),
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
  hosts: PROVIDER_HOSTS.slack,
  pace: { atOnce: 1, perSecond: 1, inAllPerSecond: 100 },
  hint: ({ url, place, channel }) =>
    url === undefined ? (place ?? channel ?? "Slack") : `${hostOf(url)}/…${url.slice(-4)}`,
  open: ({ url = "", token, channel }) =>
    token !== undefined && channel !== undefined ? byApp({ token, channel }) : byHook(url),
});

function byHook(url: string): OpenChannel {
  return {
    via: "http",
    request: (message, style, operator) =>
      jsonRequest(url, payload(message, style), {
        trusted: isOperators(url, operator),
        onlyHosts: PROVIDER_HOSTS.slack,
      }),
    read,
  };
}

function byApp(place: SlackPlace): OpenChannel {
  return {
    via: "http",
    request: (message, style, operator) =>
      slackPost(place, payload(message, style, slackButtons(message)), operator),
    read: readSlackPost,
  };
}

/** A message's body. What a person or a job typed stands in plain_text, where nothing is markup. `foot`: where it leads. */
export function payload(
  message: AlertMessage,
  style: Style,
  foot: unknown = links(message),
): Record<string, unknown> {
  const text = clipEnd(escapeAngles(plainText(message)), TEXT);
  const quiet = { unfurl_links: false, unfurl_media: false };
  if (style === "plain") return { text, mrkdwn: false, ...quiet };
  return {
    text: clipEnd(escapeAngles(saidText(message)), TEXT),
    blocks: blocks(message, foot),
    ...quiet,
  };
}

function blocks(message: AlertMessage, foot: unknown): unknown[] {
  const fields = message.lines.slice(0, FIELDS).map((line) => plain(`${line.label}\n${line.value}`, FIELD));
  return [
    { type: "header", text: plain(`${lookOf(message).mark} ${message.title}`, HEADER) },
    ...(message.sentence === "" ? [] : [{ type: "section", text: plain(message.sentence, SECTION) }]),
    ...(fields.length === 0 ? [] : [{ type: "section", fields }]),
    ...(message.output === null ? [] : [{ type: "section", text: output(message.output) }]),
    foot,
    ...(message.repeat === null
      ? []
      : [{ type: "context", elements: [plain(`(${message.repeat})`, FIELD)] }]),
  ];
}

/** Links and no buttons: pressing one of a webhook's app that takes no interactions, Slack shows a warning beside it. */
function links(message: AlertMessage): unknown {
  const all = linksOf(message).map(({ label, url }) => `<${escapeAngles(url)}|${label}>`);
  return { type: "section", text: { type: "mrkdwn", text: all.join("  ·  ") } };
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
  if (answer.status === 200) {
    return answer.body.trim() === "ok"
      ? { outcome: "sent", providerRef: null, because }
      : { outcome: "transient", because: "Slack's answer could not be read.", uncertain: true };
  }
  if (answer.status >= 400 && answer.status < 500 && GONE.test(answer.body))
    return { outcome: "permanent", because };
  if (answer.status === 400 && FORMAT.test(answer.body)) return { outcome: "plain", because };
  return usualOutcome(answer);
}
