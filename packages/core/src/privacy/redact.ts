/** What may be taken out of the bodies of pings, by name. The expressions are fixed: none comes from a person. */
const PATTERNS = {
  /** Bearer tokens, JSON web tokens, and keys with a known beginning (Overdue, GitHub, GitLab, Slack, Stripe, npm). */
  tokens: [
    /\bBearer +[\w.~+/=-]{8,4000}/gi,
    /\beyJ[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,2000})?/g,
    /\b(?:gh[opsur]_|github_pat_|glpat-|xox[abeoprs]-|[rs]k_(?:live|test)_|npm_|whsec_|hc[rw]_|ov[bop]_)[\w+/=-]{10,300}/g,
  ],
  /** Access keys of Amazon, Google and Azure. */
  "cloud-keys": [
    /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
    /\bAIza[\w-]{35}/g,
    /\b(?:aws_secret_access_key|AccountKey|SharedAccessKey)["']? ?[=:] ?["']?[A-Za-z0-9+/=]{20,200}/gi,
  ],
  /** Passwords in addresses, and what stands behind `password=`, `secret:` and such. */
  passwords: [
    /:\/\/[^\s/:@]{0,200}:[^\s/@]{1,200}@/g,
    /\b(?:password|passwd|pwd|passphrase|secret|token|api[_-]?key)["']? ?[=:] ?(?:"[^"\r\n]{1,500}"|'[^'\r\n]{1,500}'|[^\s"'&,;]{1,500})/gi,
  ],
  "private-keys": [
    /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:[^-]|-(?!-)){0,20000}-----END [A-Z ]{0,40}PRIVATE KEY-----/g,
  ],
  emails: [/(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g],
  "ip-addresses": [
    /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g,
    /(?<![\w:])(?:[\da-f]{1,4}:){4,7}[\da-f]{1,4}(?![\w:])/gi,
  ],
} as const satisfies Record<string, readonly RegExp[]>;

export type Redaction = keyof typeof PATTERNS;
/** Every kind of text that can be taken out. */
export const REDACTIONS = Object.keys(PATTERNS) as [Redaction, ...Redaction[]];

/**
 * The body with `*` in place of each byte that a kind or a word names; its length stays the same. Words are found in any
 * case of the letters A to Z. Bytes that are no text stay as they are.
 */
export function redact(body: Buffer, kinds: readonly Redaction[], words: readonly string[]): Buffer {
  // One character per byte, so that nothing moves and nothing is lost.
  let text = body.toString("latin1");
  for (const kind of kinds)
    for (const pattern of PATTERNS[kind])
      text = text.replaceAll(pattern, (found) => "*".repeat(found.length));
  for (const word of words) text = withoutWord(text, Buffer.from(word, "utf8").toString("latin1"));
  return Buffer.from(text, "latin1");
}

function withoutWord(text: string, word: string): string {
  const [lower, wanted] = [lowerAscii(text), lowerAscii(word)];
  let [kept, from] = ["", 0];
  for (let at = lower.indexOf(wanted); wanted !== "" && at !== -1; at = lower.indexOf(wanted, from)) {
    kept += text.slice(from, at) + "*".repeat(word.length);
    from = at + word.length;
  }
  return kept + text.slice(from);
}

function lowerAscii(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** An address without its end: IPv4 without the last byte, IPv6 without all behind /48. Anything else stays as it is. */
export function shortAddress(address: string): string {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return address.replace(/\d+$/, "0");
  if (!/^[\da-f:.]+$/i.test(address) || !address.includes(":")) return address;
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return shortAddress(mapped);
  const [left = "", right = ""] = address.split("::");
  const missing = 8 - groups(left).length - groups(right).length;
  const zeros = address.includes("::") ? Array<string>(Math.max(0, missing)).fill("0") : [];
  return `${[...groups(left), ...zeros, ...groups(right)].slice(0, 3).join(":")}::`;
}

function groups(side: string): string[] {
  return side === "" ? [] : side.split(":");
}
