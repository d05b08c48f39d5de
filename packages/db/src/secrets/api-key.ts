import { createHash, randomInt, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PING_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const PREFIX_CHARS = 12;

export type KeyScope = "read" | "read:bodies" | "write" | "ping" | "overview";

const PREFIXES = { write: "hcw", read: "hcr", "read:bodies": "ovb", ping: "ovp", overview: "ovo" } as const;

/**
 * Generates an API key: a prefix for its scope (`hcw_` and `hcr_` as Healthchecks' clients expect), 4 characters that are
 * computed from the rest, `_`, and 23 random characters (136 bits). As in Healthchecks it has 32 characters.
 */
export function newApiKey(scope: KeyScope): string {
  const secret = randomText(LETTERS, 23);
  return `${PREFIXES[scope]}_${checksum(`${PREFIXES[scope]}_${secret}`)}_${secret}`;
}

const CHECKSUM_CHARS = 4;
/** The form of a key with a checksum, by which scanners find keys in code and logs; docs/api.md has it too. */
export const API_KEY_FORM = /\b(hc[wr]|ov[bpo])_([0-9A-Za-z]{4})_([0-9A-Za-z]{23})\b/;

/** CRC-32 of a text in four digits to the base 62. */
function checksum(text: string): string {
  let rest = crc32(text);
  return Array.from({ length: CHECKSUM_CHARS }, () => {
    const letter = LETTERS[rest % LETTERS.length];
    rest = Math.floor(rest / LETTERS.length);
    return letter;
  }).join("");
}

/** Whether a text has the form of a key with a checksum, and another one: then no such key was ever made. */
export function isMistyped(key: string): boolean {
  const [all, prefix, sum, secret] = API_KEY_FORM.exec(key) ?? [];
  return all === key && sum !== checksum(`${prefix}_${secret}`);
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
