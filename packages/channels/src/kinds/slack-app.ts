import { z } from "zod";

import { type AnswerRules, outcomeByRules, outcomeByStatus } from "../answers.ts";
import type { HttpAnswer, HttpRequest, Operator, Outcome } from "../kind.ts";
import type { AlertMessage } from "../message/alert.ts";
import { jsonRequest } from "../request.ts";

/** A channel in Slack to which the app of this instance may post: the app's token there, and the channel's id. */
export type SlackPlace = { token: string; channel: string };

/** The id of the block with the buttons, by which it is found when they are to be removed. */
export const SLACK_BUTTONS = "overdue-acts";
const BUTTONS = ["acknowledge", "snooze-2h", "snooze-tomorrow", "snooze-recovery"];
const LABEL = 75;

/** The buttons of an alert. Slack reports a press to us, so only the last one, which opens Overdue, is a link. */
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

/** The request `chat.postMessage` of Slack's Web API. */
export function slackRequest(
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

/** Decides what an answer to `chat.postMessage` means: Slack reports most errors with status 200 and a code. */
export function slackOutcome(answer: HttpAnswer): Outcome {
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
  ownRefusal: z.object({ ok: z.literal(false), error: z.string() }),
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
