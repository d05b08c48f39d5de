import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import type { Keyring } from "./keyring.ts";
import { isUuid } from "@overdue/core";

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

/** An id that lets the holder of the link do one thing to it, as part of a query: `id`, `key`, `signature`. */
export function signId(keyring: Keyring, purpose: string, id: string): URLSearchParams {
  const [first] = keyring.keys;
  if (first === undefined) throw new Error("The keyring is empty: set SECRET_KEY.");
  return new URLSearchParams({ id, key: first.id, signature: signatureOf(first.key, purpose, id) });
}

/** The id that was signed for this purpose, or null where none was. */
export function readSignedId(keyring: Keyring, purpose: string, query: URLSearchParams): string | null {
  const id = query.get("id") ?? "";
  const key = keyring.keys.find((candidate) => candidate.id === query.get("key"));
  if (key === undefined || !isUuid(id)) return null;
  const given = Buffer.from(query.get("signature") ?? "");
  const right = Buffer.from(signatureOf(key.key, purpose, id));
  return given.length === right.length && timingSafeEqual(given, right) ? id : null;
}

function signatureOf(key: Buffer, purpose: string, id: string): string {
  const signing = Buffer.from(hkdfSync("sha256", key, "overdue", purpose, 32));
  return createHmac("sha256", signing).update(id).digest("base64url");
}
