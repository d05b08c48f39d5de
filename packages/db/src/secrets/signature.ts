import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import type { Keyring } from "./keyring.ts";

/** HMAC-SHA256 of a text by a key that is used for this purpose alone. */
export function sign(key: Buffer, purpose: string, text: string): Buffer {
  const signing = Buffer.from(hkdfSync("sha256", key, "overdue", purpose, 32));
  return createHmac("sha256", signing).update(text).digest();
}

/** The key that signs what is made now. @throws where there is none. */
export function signingKey(keyring: Keyring): Keyring["keys"][number] {
  const [first] = keyring.keys;
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  return first;
}

/** Compares in constant time. */
export function isSame(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
