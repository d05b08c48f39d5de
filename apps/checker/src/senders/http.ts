import {
  hideSecrets,
  type AlertMessage,
  type HttpRequest,
  type OpenChannel,
  type Operator,
  type Outcome,
  type Style,
} from "@overdue/channels";

import type { Egress } from "../egress/egress.ts";
import type { Ending } from "./sender.ts";
import { signatureHeaders } from "./sign.ts";

type HttpChannel = Extract<OpenChannel, { via: "http" }>;
type Parts = { egress: Egress; operator: Operator };
type Attempt = { result: Outcome; statusCode: number | null };

/** Sends a message; once more as plain text where the provider disliked the formatting. */
export async function sendHttp(channel: HttpChannel, message: AlertMessage, parts: Parts): Promise<Ending> {
  const rich = await attempt(channel, message, { ...parts, style: "rich" });
  const { result, statusCode } =
    rich.result.outcome === "plain" ? await attempt(channel, message, { ...parts, style: "plain" }) : rich;
  if (result.outcome !== "plain") return { result, statusCode };
  if (result.orGone !== undefined) {
    return { result: { outcome: "permanent", because: result.orGone }, statusCode };
  }
  return { result: { outcome: "transient", because: result.because, uncertain: false }, statusCode };
}

async function attempt(
  channel: HttpChannel,
  message: AlertMessage,
  { egress, operator, style }: Parts & { style: Style },
): Promise<Attempt> {
  const request = channel.request(message, style, operator);
  if ("skip" in request) return skipped(request.skip);
  if ("unavailable" in request) {
    return { result: { outcome: "operator", because: request.unavailable }, statusCode: null };
  }
  const answer = await egress.send(signed(request));
  if ("failed" in answer) return unanswered(answer.failed, answer.uncertain);
  const body = hideSecrets(answer.body, secretsSent(message, operator));
  return { result: channel.read({ ...answer, body }), statusCode: answer.status };
}

/** What is sent beside the channel's own secrets: the bot's token, and links that act for whoever has them. */
function secretsSent({ actions = [] }: AlertMessage, { telegramBotToken }: Operator): string[] {
  const signatures = actions.flatMap(({ url }) => URL.parse(url)?.searchParams.get("signature") ?? []);
  return [...signatures, ...(telegramBotToken === null ? [] : [telegramBotToken])];
}

function signed(request: HttpRequest): HttpRequest {
  if (request.signed === null) return request;
  const extra = signatureHeaders({ ...request.signed, at: Date.now(), body: request.body });
  return { ...request, headers: { ...request.headers, ...extra } };
}

function skipped(because: string): Attempt {
  return { result: { outcome: "sent", providerRef: null, because }, statusCode: null };
}

function unanswered(because: string, uncertain: boolean): Attempt {
  return { result: { outcome: "transient", because, uncertain }, statusCode: null };
}
