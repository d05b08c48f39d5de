import {
  type AlertMessage,
  hideSecrets,
  type HttpRequest,
  type OpenChannel,
  type Operator,
  type Outcome,
  type PushTarget,
  type Style,
} from "@overdue/channels";
import type { AttemptResult } from "@overdue/core";
import type { PassedOn } from "@overdue/db";

import type { Egress, EgressFailure } from "../egress/egress.ts";
import type { Mailer } from "./mail.ts";
import { signRequest } from "./sign-request.ts";
import type { PushRequest } from "./web-push.ts";

/** Sends an alert through a channel, once. Throws only if `passOn` does; only a mail takes longer than 20 s. */
export type Transports = { send(channel: OpenChannel, message: AlertMessage): Promise<AttemptResult> };

type TransportParts = {
  egress: Egress;
  mailer: Mailer;
  operator: Operator;
  /** Encrypts a message for a browser. @throws if the instance's keys cannot be read */
  encryptPush: (request: HttpRequest, target: PushTarget) => Promise<PushRequest>;
  /** Gives a delivery to other channels of its project. */
  passOn: (deliveryId: string, channelIds: readonly string[]) => Promise<PassedOn>;
};

export function openTransports(parts: TransportParts): Transports {
  return {
    send: (channel, message) => {
      switch (channel.via) {
        case "mail":
          return parts.mailer.send(channel.to, message);
        case "http":
          return sendHttp(channel, message, parts);
        case "group":
          return sendToGroup(channel.channelIds, message, parts);
      }
    },
  };
}

const NO_MEMBERS = {
  outcome: "permanent",
  because: "None of its channels exists any more: choose others.",
} as const;

/** Each channel of a group gets a delivery of its own, with its own attempts. */
async function sendToGroup(
  channelIds: readonly string[],
  { deliveryId }: AlertMessage,
  { passOn }: TransportParts,
): Promise<AttemptResult> {
  const { members, written } = await passOn(deliveryId, channelIds);
  if (members === 0) return { ...NO_MEMBERS, statusCode: null };
  const because =
    written === 0
      ? "Its channels have it already."
      : `Passed on to ${written === 1 ? "1 channel" : `${written} channels`}.`;
  return { outcome: "sent", providerRef: null, because, statusCode: null };
}

type HttpChannel = Extract<OpenChannel, { via: "http" }>;
type Parts = Pick<TransportParts, "egress" | "operator" | "encryptPush">;
type Attempt = Outcome & { statusCode: number | null };

/** Sends a message, and again as plain text if the provider refused the formatting. */
async function sendHttp(channel: HttpChannel, message: AlertMessage, parts: Parts): Promise<AttemptResult> {
  const rich = await attempt(channel, message, { ...parts, style: "rich" });
  const result =
    rich.outcome === "plain" ? await attempt(channel, message, { ...parts, style: "plain" }) : rich;
  if (result.outcome !== "plain") return result;
  const { statusCode, because, ifPlainRefused } = result;
  return ifPlainRefused === undefined
    ? { outcome: "transient", because, uncertain: false, statusCode }
    : { outcome: "permanent", because: ifPlainRefused, statusCode };
}

async function attempt(
  channel: HttpChannel,
  message: AlertMessage,
  { egress, operator, encryptPush, style }: Parts & { style: Style },
): Promise<Attempt> {
  const request = channel.request(message, style, operator);
  if ("skip" in request) return skippedAttempt(request.skip);
  if ("unavailable" in request) {
    return { outcome: "operator", because: request.unavailable, statusCode: null };
  }
  const { push } = request;
  const ready =
    push === undefined ? signRequest(request) : await encryptPush(request, push).catch(sentenceOf);
  if (typeof ready === "string") return { outcome: "operator", because: ready, statusCode: null };
  const answer = await egress.send(ready);
  if ("failed" in answer) return unansweredAttempt(answer);
  const body = hideSecrets(answer.body, secretsSent(message, operator));
  return { ...channel.read({ ...answer, body }), statusCode: answer.status };
}

/** Secrets in a request besides the channel's own: the bot's token, and the signatures of links that act without a login. */
function secretsSent({ actions = [] }: AlertMessage, { telegramBotToken }: Operator): string[] {
  const signatures = actions.flatMap(({ url }) => URL.parse(url)?.searchParams.get("signature") ?? []);
  return [...signatures, ...(telegramBotToken === null ? [] : [telegramBotToken])];
}

function sentenceOf(error: unknown): string {
  return `It could not be encrypted for the device: ${error instanceof Error ? error.message : String(error)}`;
}

function skippedAttempt(because: string): Attempt {
  return { outcome: "sent", providerRef: null, because, statusCode: null };
}

function unansweredAttempt({ failed, uncertain, refused }: EgressFailure): Attempt {
  return {
    outcome: "transient",
    because: failed,
    uncertain,
    ...(refused && { lasts: true }),
    statusCode: null,
  };
}
