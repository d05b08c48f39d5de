import { slugify } from "../text/slugify.ts";
import { isUuid } from "../uuid.ts";

/**
 * The key by which another product knows a check, so that a client moves by a new host name alone. A token stands in URLs
 * that name no project: it finds the check on the whole instance. Any other key comes with a key of the project, and is one
 * more slug of the check.
 */

type Facts = { label: string; keys: "tokens" | "names" };

/** `label`: as the dialect is called. */
const FACTS = {
  "uptime-kuma": { label: "Uptime Kuma", keys: "tokens" },
  "dead-mans-snitch": { label: "Dead Man's Snitch", keys: "tokens" },
  "better-stack": { label: "Better Stack", keys: "tokens" },
  honeybadger: { label: "Honeybadger", keys: "tokens" },
  "oh-dear": { label: "Oh Dear", keys: "tokens" },
  checkly: { label: "Checkly", keys: "tokens" },
  cronhub: { label: "Cronhub", keys: "tokens" },
  cronitor: { label: "Cronitor", keys: "names" },
  healthchecks: { label: "Healthchecks", keys: "names" },
  sentry: { label: "Sentry", keys: "names" },
  gatus: { label: "Gatus", keys: "names" },
  opsgenie: { label: "Opsgenie", keys: "names" },
  appsignal: { label: "AppSignal", keys: "names" },
  other: { label: "Another product", keys: "names" },
} as const satisfies Record<string, Facts>;

export type AliasProduct = keyof typeof FACTS;
export const ALIAS_PRODUCTS = Object.keys(FACTS) as [AliasProduct, ...AliasProduct[]];

/** What people call the product. */
export function aliasLabel(product: AliasProduct): string {
  return FACTS[product].label;
}

/** The product whose dialect has this name; "other" where it has none of its own. */
export function productOfDialect(name: string): AliasProduct {
  return ALIAS_PRODUCTS.find((product) => FACTS[product].label === name) ?? "other";
}

export type Alias = { product: AliasProduct; key: string };
/** Where a key is looked up: on the whole instance, or in its project. */
export type AliasPlace = { token: string; slug: null } | { token: null; slug: string };

const TOKEN = /^[\w-]{6,100}$/;
const BITS_MIN = 32;
const DISTINCT_MIN = 5;
const LONG = 16;

/** Whether a text may be a token at all. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * Where a key is looked up, or why it is refused. A token must be hard to guess: a stranger who names the token of somebody else
 * first would get that job's pings.
 */
export function placeAlias({ product, key }: Alias): AliasPlace | { problem: string } {
  if (isUuid(key.toLowerCase())) return { token: key.toLowerCase(), slug: null };
  if (FACTS[product].keys === "names") {
    const slug = slugify(key).replace(/^_+/, "");
    return slug === "" ? { problem: "Give the key as the other product writes it." } : { token: null, slug };
  }
  if (!isToken(key)) return { problem: "A token has 6 to 100 letters, digits, hyphens or underscores." };
  if (isWeak(key))
    return { problem: "This is too easy to guess for a token: copy it from the URL that the job pings." };
  return { token: key, slug: null };
}

function isWeak(token: string): boolean {
  const isMixed = /\d/.test(token) && /[a-z]/i.test(token);
  const bits = token.length * Math.log2(alphabetOf(token));
  return bits < BITS_MIN || new Set(token).size < DISTINCT_MIN || (token.length < LONG && !isMixed);
}

function alphabetOf(token: string): number {
  const sets: [RegExp, number][] = [
    [/^\d+$/, 10],
    [/^[\da-f]+$/, 16],
    [/^(?:[\da-z]+|[\dA-Z]+)$/, 36],
  ];
  return sets.find(([pattern]) => pattern.test(token))?.[1] ?? 62;
}
