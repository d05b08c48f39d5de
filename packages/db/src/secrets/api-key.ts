import { createHash, randomInt, timingSafeEqual } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PING_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const PREFIX_CHARS = 12;

export type KeyScope = "read" | "write" | "ping" | "overview";

/** Generates an API key: `hcw_` or `hcr_`, as Healthchecks' clients expect, `ovp_` or `ovo_`, then 28 random characters (166 bits). */
export function newApiKey(scope: KeyScope): string {
  return { write: "hcw_", read: "hcr_", ping: "ovp_", overview: "ovo_" }[scope] + randomText(LETTERS, 28);
}

/** Generates a ping key: 22 characters (113 bits), in lower case since it may be part of an e-mail address. */
export function newPingKey(): string {
  return randomText(PING_LETTERS, 22);
}

/** Whether a key has the form of a ping key that was made here: then no API key is the same. */
export function isOwnPingKey(key: string): boolean {
  return /^[a-z0-9]{22}$/.test(key);
}

const DISTINCT_CHARS_MIN = 9;
const PERIOD_CHARS_MAX = 12;
const RUN_CHARS_MAX = 20;

/**
 * Whether a key that somebody chose is easy to guess: few different characters, repetitions of a short piece, or a long row of
 * the alphabet. Fewer than one in 100,000 keys of 32 random hexadecimal digits is taken for such.
 */
export function isGuessable(key: string): boolean {
  const codes = Array.from(key, (letter) => letter.charCodeAt(0));
  const repeats = (period: number) => codes.every((code, i) => i < period || code === codes[i - period]);
  const periods = Array.from({ length: PERIOD_CHARS_MAX }, (_, i) => i + 1);
  let [run, longest] = [1, 1];
  for (const [i, code] of codes.entries()) {
    run = i > 0 && Math.abs(code - (codes[i - 1] ?? 0)) === 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return new Set(codes).size < DISTINCT_CHARS_MIN || periods.some(repeats) || longest >= RUN_CHARS_MAX;
}

/** The stored parts of a key: a prefix to find it, and a hash to compare it. A fast hash suffices, since keys are random. */
export function storedKey(key: string): { prefix: string; hash: string } {
  return { prefix: key.slice(0, PREFIX_CHARS), hash: createHash("sha256").update(key).digest("hex") };
}

/** Whether the key has this hash; compares in constant time. */
export function isKey(key: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(storedKey(key).hash, "hex"), Buffer.from(hash, "hex"));
}

function randomText(letters: string, length: number): string {
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join("");
}
