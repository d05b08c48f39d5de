import { createHmac } from "node:crypto";

import type { HttpRequest, Signed } from "@overdue/channels";

/** Adds the headers of its signature to a request, if it is to be signed. */
export function signRequest(request: HttpRequest): HttpRequest {
  if (request.signed === null) return request;
  const extra = signatureHeaders({ ...request.signed, at: Date.now(), body: request.body });
  return { ...request, headers: { ...request.headers, ...extra } };
}

/**
 * The three headers of Standard Webhooks: an id that is the same for every attempt, the time in seconds, and HMAC-SHA256
 * over `id.timestamp.body`, keyed with the bytes after `whsec_`. While a secret is changed there are two signatures, with a
 * space between them.
 */
function signatureHeaders(signed: Signed & { at: number; body: string }): Record<string, string> {
  const { id, secret, former, at, body } = signed;
  const timestamp = String(Math.floor(at / 1_000));
  const secrets = [secret, ...(former !== null && former.until > at ? [former.secret] : [])];
  const signatures = secrets.map((one) => {
    const key = Buffer.from(one.replace(/^whsec_/, ""), "base64");
    return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
  });
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures.join(" ") };
}
