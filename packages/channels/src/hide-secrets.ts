import { escapeXml } from "./message/text.ts";

const HIDDEN = "[hidden]";
/** A text of this many characters that occurs in a secret counts as part of it. Shorter secrets are hidden as whole words. */
const PART_CHARS = 8;
/** A part of an address that is too short or too simple to be a secret: "v1", "api", "hook". */
const HARMLESS_PART = /^(.{0,3}|[a-z]{1,7})$/;
/** Headers that describe the format of a request and hold no secret. */
const OPEN_HEADERS = /^(content-type|accept|accept-.*|user-agent|cache-control)$/i;
/** Letters, digits, "_" and "-" are written the same in every format. */
const UNIFORM = /^[\w-]+$/;
const SECRET_NAME = /token|key|secret|password|passwd|sig|auth/i;

type Settings = Record<string, unknown>;
type FormField = { name: string; secret: boolean; placeholder: string };

/**
 * The texts in a channel's settings that must never be shown again: its secret fields, and the path segments and query
 * values of an address that occur neither in the form's placeholder nor in the hint.
 */
export function secretsIn(fields: readonly FormField[], settings: Settings, hint: string): string[] {
  const known = new Map(fields.map((field) => [field.name, field]));
  const found = Object.entries(settings).flatMap(([name, value]) => {
    const field = known.get(name);
    const isSecret = field === undefined ? SECRET_NAME.test(name) : field.secret;
    if (typeof value !== "string") return isSecret ? headerSecrets(value) : [];
    const address = URL.parse(value);
    if (address !== null && /^https?:$/.test(address.protocol)) {
      return isSecret ? addressSecrets(address, `${field?.placeholder ?? ""} ${hint}`) : credentials(address);
    }
    return isSecret ? [value] : [];
  });
  return [...new Set(found)].filter((secret) => secret !== "");
}

function headerSecrets(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, text]) =>
    typeof text === "string" && !OPEN_HEADERS.test(name) ? [text, ...text.split(" ").slice(1)] : [],
  );
}

function addressSecrets(address: URL, shown: string): string[] {
  const open = new Set(shown.split(/[^\w$.-]+/));
  const folders = address.pathname.split("/").filter((folder) => !HARMLESS_PART.test(folder));
  const values = [...address.searchParams].flatMap(([name, value]) =>
    !HARMLESS_PART.test(value) || SECRET_NAME.test(name) ? [value] : [],
  );
  return [...credentials(address), ...[...folders, ...values].filter((part) => !open.has(part))];
}

function credentials({ username, password }: URL): string[] {
  return [username, password].map(decode);
}

/**
 * Replaces the secrets in a text, and parts of them, by "[hidden]". It finds them as they are, and as they are written in an
 * address, JSON, HTML or base64.
 */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.filter((secret) => mayContain(text, secret)).flatMap(knownForms))];
  const words = forms.filter((form) => form.length < PART_CHARS);
  const lower = lowerCase(text);
  // Most answers are short and contain no secret, so only the parts that occur in the answer are kept.
  const present = new Set(partsOf(lower));
  const parts =
    present.size === 0 ? present : new Set(forms.flatMap(partsOf).filter((part) => present.has(part)));
  return hideWords(parts.size === 0 ? text : hideParts({ text, lower }, parts), words);
}

/** Whether a text is long enough to contain a part of the secret. Most answers are a single word, and are not. */
function mayContain(text: string, secret: string): boolean {
  return text.length >= PART_CHARS || secret.length < 2 * PART_CHARS || !UNIFORM.test(secret);
}

const FORMS_KEPT_MAX = 1_000;
const keptForms = new Map<string, string[]>();

/** The written forms are cached, since a channel's secrets are the same for each of its answers. */
function knownForms(secret: string): string[] {
  const known = keptForms.get(secret);
  if (known !== undefined) return known;
  if (keptForms.size >= FORMS_KEPT_MAX) keptForms.clear();
  const forms = writtenForms(secret);
  keptForms.set(secret, forms);
  return forms;
}

/** The ways in which a secret may be written in an answer, in lower case. */
function writtenForms(secret: string): string[] {
  const plain = decode(secret);
  if (UNIFORM.test(secret)) return [secret, ...base64Forms(secret)].map((form) => form.toLowerCase());
  const written = [secret, plain, encodeURIComponent(plain.toWellFormed())].flatMap((form) => [
    form,
    encodeURIComponent(form.toWellFormed()),
    form.replaceAll("%20", "+"),
    JSON.stringify(form).slice(1, -1),
    JSON.stringify(form).slice(1, -1).replaceAll("/", "\\/"),
    form.replaceAll(/[&<>=+'"/]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
    escapeXml(form),
  ]);
  return [...written, ...base64Forms(plain)].map((form) => form.toLowerCase()).filter((form) => form !== "");
}

/** The base64 of a secret, for each offset (modulo 3) at which it may begin within the encoded text. */
function base64Forms(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < PART_CHARS - 1) return [];
  return [0, 1, 2].flatMap((before) => {
    const shifted = new Uint8Array([...new Uint8Array(before), ...bytes]);
    const encoded = btoa(String.fromCharCode(...shifted)).replace(/=+$/, "");
    // The first characters depend on the text before the secret, and the last one on the text after it.
    const certain = encoded.slice(Math.ceil((before * 4) / 3), -1);
    return [certain, certain.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function partsOf(form: string): string[] {
  const count = Math.max(0, form.length - PART_CHARS + 1);
  return Array.from({ length: count }, (_, at) => form.slice(at, at + PART_CHARS));
}

/** In lower case, except for characters whose lower case is longer, since those would shift all positions after them. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character;
  }).join("");
}

function hideParts({ text, lower }: { text: string; lower: string }, parts: ReadonlySet<string>): string {
  let shown = "";
  let from = 0;
  let hiddenUntil = -1;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && parts.has(lower.slice(at, at + PART_CHARS))) {
      if (at > hiddenUntil) shown += text.slice(from, at) + HIDDEN;
      hiddenUntil = at + PART_CHARS;
      from = hiddenUntil;
    }
  }
  return shown + text.slice(from);
}

function hideWords(text: string, words: readonly string[]): string {
  return words.reduce(
    (shown, word) => shown.replaceAll(new RegExp(`(?<![\\w-])${escapeRegExp(word)}(?![\\w-])`, "gi"), HIDDEN),
    text,
  );
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
