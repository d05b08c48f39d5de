import { isUuid } from "@overdue/core";
import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import type { Keyring } from "./keyring.ts";

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
