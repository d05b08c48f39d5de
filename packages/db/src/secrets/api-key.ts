import { createHash, randomInt, timingSafeEqual } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PING_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const PREFIX_CHARS = 12;

export type KeyScope = "read" | "write" | "ping";

/** What an API key begins with that may only ping. */
export const PING_KEY_START = "ovp_";

/** 32 characters: `hcw_` or `hcr_` (known to Healthchecks' clients) or `ovp_`, then 28 random ones (166 bits). */
export function newApiKey(scope: KeyScope): string {
  return { write: "hcw_", read: "hcr_", ping: PING_KEY_START }[scope] + randomText(LETTERS, 28);
}

/** 22 characters (113 bits), lower case so that it survives an e-mail address. */
export function newPingKey(): string {
  return randomText(PING_LETTERS, 22);
}

/** What is stored of a key: a prefix to find it by, and a hash to know it by. A fast hash does: keys are random. */
export function storedKey(key: string): { prefix: string; hash: string } {
  return { prefix: key.slice(0, PREFIX_CHARS), hash: createHash("sha256").update(key).digest("hex") };
}

/** Compares in constant time. */
export function isKey(key: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(storedKey(key).hash, "hex"), Buffer.from(hash, "hex"));
}

function randomText(letters: string, length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}
