import { z } from "zod";

import { readBy, usualOutcome } from "../answers.ts";
import type { HttpAnswer, HttpRequest, Operator, Outcome } from "../kind.ts";
import { type AlertMessage } from "../message/alert.ts";
import { jsonRequest } from "../request.ts";

/** A place in Slack where the installation's own app may write: its token, and the channel's id. */
export type SlackPlace = { token: string; channel: string };

/** The block that holds the buttons: what is looked for when they have done their work. */
export const SLACK_BUTTONS = "overdue-acts";
const BUTTONS = ["acknowledge", "snooze-2h", "snooze-tomorrow", "snooze-recovery"];
const LABEL = 75;

/** Pressing one is heard, so they need no link; the last one leads to the app. */
export function slackButtons(message: AlertMessage): Record<string, unknown> {
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
    text: { type: "plain_text", text: text.slice(0, LABEL), emoji: false },
  };
}

/** `chat.postMessage`. */
export function slackPost(
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

const Said = z.object({ ok: z.boolean(), error: z.string().optional() });

/** Slack says most of what is wrong with status 200 and a word. */
export function readSlackPost(answer: HttpAnswer): Outcome {
  const error = errorIn(answer);
  if (error === "ratelimited" || error === "rate_limited") return usualOutcome({ ...answer, status: 429 });
  const outcome = readTaken(answer);
  const isRefused = error !== null && outcome.outcome === "transient";
  return isRefused ? { outcome: "transient", because: `Slack said: ${error}`, uncertain: false } : outcome;
}

function errorIn({ body }: HttpAnswer): string | null {
  try {
    return Said.parse(JSON.parse(body)).error ?? null;
  } catch {
    return null;
  }
}

const readTaken = readBy({
  provider: "Slack",
  own: z.object({ ok: z.literal(false), error: z.string() }),
  good: z.object({ ok: z.literal(true), ts: z.string() }).transform(({ ts }) => ts),
  gone: [
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
  dislikes: /"(invalid_blocks\w*|msg_too_long|msg_blocks_too_long|no_text|invalid_arguments)"/,
});
