import { z } from "zod";
import { hostIn, PROVIDER_HOSTS, webhookUrl } from "../addresses.ts";
import { type AnswerRules, answerSummary, outcomeByRules, outcomeByStatus } from "../answers.ts";
import { field, tokenText } from "../fields.ts";
import {
  defineHttpKind,
  type HttpAnswer,
  type HttpRequest,
  type Operator,
  type Outcome,
  type Style,
} from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { alertLinks, alertLook, plainText, titleAndSentence, outputTitle } from "../message/parts.ts";
import { clipEnd, clipStart, escapeAngles } from "../message/text.ts";
import { jsonRequest } from "../request.ts";

/** Slack's limits, in characters. */
const HEADER_CHARS_MAX = 150;
const SECTION_CHARS_MAX = 3_000;
const FIELD_CHARS_MAX = 2_000;
const FIELDS_MAX = 10;
const TEXT_CHARS_MAX = 4_000;
/** Refusals by an incoming webhook that no later attempt can change; each is the whole body. */
const PERMANENT =
  /^\s*(no_service|no_team|no_active_hooks|channel_not_found|channel_is_archived|invalid_token|token_revoked|user_not_found|team_disabled|action_prohibited|posting_to_general_channel_denied)\s*$/;
const FORMAT_REFUSED = /invalid_payload|invalid_blocks|invalid_attachments|no_text|too_many_attachments/;

const slackId = z
  .string()
  .regex(/^[A-Z][A-Z0-9]{1,30}$/, "Give the id that Slack shows, such as C0123456789.");

const schema = z
  .strictObject({
    url: webhookUrl.optional(),
    /** These four are stored when the instance's own app is added to a workspace; the form does not ask for them. */
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
  );

export const slack = defineHttpKind({
  title: "Slack",
  summary: "A message into a channel, by an app or a webhook.",
  group: "chat",
  schema,
  fields: [
    field({
      name: "url",
      label: "Webhook URL",
      help: "From Slack: your app → Incoming Webhooks → Add New Webhook to Workspace.",
      placeholder: "https://hooks.slack.com/services/T…/B…/…",
      input: "url",
      secret: true,
    }),
  ],
  hosts: PROVIDER_HOSTS.slack,
  rateLimit: { concurrency: 1, perSecond: 1, perSecondInAll: 100 },
  hint: ({ url, place, channel }) =>
    url === undefined ? (place ?? channel ?? "Slack") : `${hostIn(url)}/…${url.slice(-4)}`,
  request: (settings, message, { style, operator }) => {
    const place = appPlace(settings);
    if (place !== null) {
      return slackRequest(place, payload(message, style, slackButtons(message)), operator);
    }
    const { url = "" } = settings;
    return jsonRequest(url, payload(message, style), {
      trusted: isOperatorsHost(url, operator),
      onlyHosts: PROVIDER_HOSTS.slack,
    });
  },
  answers: (answer, settings) =>
    appPlace(settings) === null ? webhookOutcome(answer) : slackOutcome(answer),
});

/** Where the app posts; null for a channel of an incoming webhook. */
function appPlace({ token, channel }: z.output<typeof schema>): SlackPlace | null {
  return token !== undefined && channel !== undefined ? { token, channel } : null;
}

/**
 * The body of a message. Texts of people and jobs are put into plain_text, which has no markup. `foot` is the block with
 * the links or buttons.
 */
export function payload(
  message: AlertMessage,
  style: Style,
  foot: unknown = links(message),
): Record<string, unknown> {
  const text = clipEnd(escapeAngles(plainText(message)), TEXT_CHARS_MAX);
  const options = { unfurl_links: false, unfurl_media: false };
  if (style === "plain") return { text, mrkdwn: false, ...options };
  return {
    text: clipEnd(escapeAngles(titleAndSentence(message)), TEXT_CHARS_MAX),
    blocks: blocks(message, foot),
    ...options,
  };
}

function blocks(message: AlertMessage, foot: unknown): unknown[] {
  const fields = message.lines
    .slice(0, FIELDS_MAX)
    .map((line) => plain(`${line.label}\n${line.value}`, FIELD_CHARS_MAX));
  return [
    { type: "header", text: plain(`${alertLook(message).mark} ${message.title}`, HEADER_CHARS_MAX) },
    ...(message.sentence === ""
      ? []
      : [{ type: "section", text: plain(message.sentence, SECTION_CHARS_MAX) }]),
    ...(fields.length === 0 ? [] : [{ type: "section", fields }]),
    ...(message.output === null ? [] : [{ type: "section", text: output(message, message.output) }]),
    foot,
    ...(message.repeat === null
      ? []
      : [{ type: "context", elements: [plain(`(${message.repeat})`, FIELD_CHARS_MAX)] }]),
  ];
}

/** Links instead of buttons: if an app accepts no interactions, Slack shows a warning beside a pressed button. */
function links(message: AlertMessage): unknown {
  const all = alertLinks(message).map(({ label, url }) => `<${escapeAngles(url)}|${label}>`);
  return { type: "section", text: { type: "mrkdwn", text: all.join("  ·  ") } };
}

function output(message: AlertMessage, text: string) {
  const title = `${outputTitle(message)}:\n`;
  return plain(title + clipStart(text, SECTION_CHARS_MAX - title.length), SECTION_CHARS_MAX);
}

function plain(text: string, limit: number) {
  return { type: "plain_text", text: clipEnd(text, limit), emoji: false };
}

function isOperatorsHost(url: string, operator: Operator): boolean {
  return URL.parse(operator.slackApiUrl)?.origin === URL.parse(url)?.origin;
}

function webhookOutcome(answer: HttpAnswer): Outcome {
  const because = answerSummary(answer);
  if (answer.status === 200) {
    return answer.body.trim() === "ok"
      ? { outcome: "sent", providerRef: null, because }
      : { outcome: "transient", because: "Slack's answer could not be read.", uncertain: true };
  }
  if (answer.status >= 400 && answer.status < 500 && PERMANENT.test(answer.body))
    return { outcome: "permanent", because };
  if (answer.status === 400 && FORMAT_REFUSED.test(answer.body)) return { outcome: "plain", because };
  return outcomeByStatus(answer);
}

/** A channel in Slack to which this instance's app may post: the app's token in that workspace, and the channel's id. */
type SlackPlace = { token: string; channel: string };

/** The id of the block with the buttons, by which they are found when they must be removed. */
export const SLACK_BUTTONS = "overdue-acts";
const BUTTONS = ["acknowledge", "snooze-2h", "snooze-tomorrow", "snooze-recovery"];
const LABEL_CHARS_MAX = 75;

/** The buttons of an alert. Slack reports a press to us, so only the last one, which opens Overdue, is a link. */
function slackButtons(message: AlertMessage): Record<string, unknown> {
  const { facts, actions = [], link } = message;
  const acts = actions
    .filter(({ act }) => BUTTONS.includes(act))
    .map(({ act, label }) => ({
      ...button(act, label),
      value: facts.incident?.id ?? "",
      ...(act === "acknowledge" && { style: "primary" }),
    }));
  const open = { ...button("open", "Open in Overdue"), url: link };
  return { type: "actions", block_id: SLACK_BUTTONS, elements: [...acts, open] };
}

function button(actionId: string, text: string) {
  return {
    type: "button",
    action_id: actionId,
    text: { type: "plain_text", text: text.slice(0, LABEL_CHARS_MAX), emoji: false },
  };
}

/** The request `chat.postMessage` of Slack's Web API. */
function slackRequest(
  { token, channel }: SlackPlace,
  payload: Record<string, unknown>,
  operator: Operator,
): HttpRequest {
  return jsonRequest(
    `${operator.slackApiUrl.replace(/\/+$/, "")}/chat.postMessage`,
    { channel, ...payload },
    {
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json; charset=utf-8",
      },
      trusted: true,
    },
  );
}

const Body = z.object({ ok: z.boolean(), error: z.string().optional() });

/** Decides what a response to `chat.postMessage` means. Slack reports most errors with status 200 and a code. */
function slackOutcome(answer: HttpAnswer): Outcome {
  const error = errorCode(answer);
  if (error === "ratelimited" || error === "rate_limited") return outcomeByStatus({ ...answer, status: 429 });
  const outcome = outcomeByRules(RULES, answer);
  const isRefused = error !== null && outcome.outcome === "transient";
  return isRefused ? { outcome: "transient", because: `Slack said: ${error}`, uncertain: false } : outcome;
}

function errorCode({ body }: HttpAnswer): string | null {
  try {
    return Body.parse(JSON.parse(body)).error ?? null;
  } catch {
    return null;
  }
}

const RULES: AnswerRules = {
  provider: "Slack",
  providerRefusal: z.object({ ok: z.literal(false), error: z.string() }),
  accepted: z.object({ ok: z.literal(true), ts: z.string() }).transform(({ ts }) => ts),
  permanent: [
    [
      /"(token_revoked|token_expired|invalid_auth|not_authed|account_inactive|team_access_not_granted|org_login_required)"/,
      "Slack does not let the app in any more: add it to Slack again.",
    ],
    [/"is_archived"/, "The channel was archived in Slack."],
    [
      /"(channel_not_found|not_in_channel)"/,
      "The app is not in the channel, or the channel is gone: invite it there (/invite), then send a test.",
    ],
    [
      /"(missing_scope|no_permission|restricted_action\w*|ekm_access_denied|posting_to_general_channel_denied|team_not_found)"/,
      "Slack does not allow the app to write there.",
    ],
  ],
  formatRefused: /"(invalid_blocks\w*|msg_too_long|msg_blocks_too_long|no_text|invalid_arguments)"/,
};
