import { createHmac, timingSafeEqual } from "node:crypto";

import type { Keyring } from "../secrets/keyring.ts";

/** By what Telegram's requests to our webhook are known: derived from the newest key, so it is stored nowhere. */
export function telegramWebhookSecret({ keys: [first] }: Keyring): string {
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  return secretOf(first.key);
}

/** Whether this is the secret of any of our keys; compares in constant time. */
export function isTelegramWebhookSecret({ keys }: Keyring, given: string): boolean {
  return keys.map(({ key }) => secretOf(key)).some((secret) => isEqual(secret, given));
}

function secretOf(key: Buffer): string {
  return createHmac("sha256", key).update("overdue telegram webhook").digest("base64url");
}

function isEqual(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
