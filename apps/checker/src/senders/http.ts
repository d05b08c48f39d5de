import type { AlertMessage, HttpRequest, OpenChannel, Operator, Outcome, Style } from "@overdue/channels";

import type { Egress } from "../egress/egress.ts";
import type { Ending } from "./sender.ts";
import { signatureHeaders } from "./sign.ts";

type HttpChannel = Extract<OpenChannel, { via: "http" }>;
type Parts = { egress: Egress; operator: Operator };
type Attempt = { result: Outcome; statusCode: number | null };

/** Sends a message; once more as plain text where the provider disliked the formatting. */
export async function sendHttp(channel: HttpChannel, message: AlertMessage, parts: Parts): Promise<Ending> {
  const rich = await attempt(channel, channel.request(message, "rich", parts.operator), parts.egress);
  const { result, statusCode } =
    rich.result.outcome === "plain" ? await again(channel, message, { ...parts, style: "plain" }) : rich;
  if (result.outcome !== "plain") return { result, statusCode };
  if (result.orGone !== undefined) {
    return { result: { outcome: "permanent", because: result.orGone }, statusCode };
  }
  return { result: { outcome: "transient", because: result.because, uncertain: false }, statusCode };
}

function again(
  channel: HttpChannel,
  message: AlertMessage,
  { egress, operator, style }: Parts & { style: Style },
) {
  return attempt(channel, channel.request(message, style, operator), egress);
}

async function attempt(
  channel: HttpChannel,
  request: ReturnType<HttpChannel["request"]>,
  egress: Egress,
): Promise<Attempt> {
  if ("skip" in request) return skipped(request.skip);
  if ("unavailable" in request) {
    return { result: { outcome: "operator", because: request.unavailable }, statusCode: null };
  }
  const answer = await egress.send(signed(request));
  if ("failed" in answer) return unanswered(answer.failed, answer.uncertain);
  return { result: channel.read(answer), statusCode: answer.status };
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
