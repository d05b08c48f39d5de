import { createHmac } from "node:crypto";

/**
 * The three headers of Standard Webhooks: an id that stays the same for every attempt, the time in seconds, and
 * HMAC-SHA256 over `id.timestamp.body` with the bytes behind `whsec_`.
 */
export function signatureHeaders(signed: {
  id: string;
  secret: string;
  at: number;
  body: string;
}): Record<string, string> {
  const timestamp = String(Math.floor(signed.at / 1_000));
  const key = Buffer.from(signed.secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key)
    .update(`${signed.id}.${timestamp}.${signed.body}`)
    .digest("base64");
  return { "webhook-id": signed.id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}
