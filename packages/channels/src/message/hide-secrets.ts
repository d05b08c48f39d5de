import { escapeXml } from "./text.ts";

const HIDDEN = "[hidden]";
/** So many characters in a row that also stand in a secret are a part of it; a shorter secret is hidden as a whole word. */
const PART = 8;
/** A folder or a value of an address that is part of its shape, and no secret: "v1", "api", "hook". */
const SHAPE = /^(.{0,3}|[a-z]{1,7})$/;
/** Headers that say how a request is written, and nothing else. */
const OPEN_HEADERS = /^(content-type|accept|accept-.*|user-agent|cache-control)$/i;
const SECRET_NAME = /token|key|secret|password|passwd|sig|auth/i;

type Settings = Record<string, unknown>;
/** Of an input of the form, what is needed here. */
type Field = { name: string; secret: boolean; placeholder: string };

/**
 * The texts in a channel's settings that nobody may read again: its secret fields, and of an address the folders and
 * values that are neither the shape that the form shows nor part of the hint.
 */
export function secretsIn(fields: readonly Field[], settings: Settings, hint: string): string[] {
  const known = new Map(fields.map((field) => [field.name, field]));
  const found = Object.entries(settings).flatMap(([name, value]) => {
    const field = known.get(name);
    const isSecret = field === undefined ? SECRET_NAME.test(name) : field.secret;
    if (typeof value !== "string") return isSecret ? headerSecrets(value) : [];
    const address = URL.parse(value);
    if (address !== null && /^https?:$/.test(address.protocol)) {
      return isSecret ? addressSecrets(address, `${field?.placeholder ?? ""} ${hint}`) : userOf(address);
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
  const folders = address.pathname.split("/").filter((folder) => !SHAPE.test(folder));
  const values = [...address.searchParams].flatMap(([name, value]) =>
    !SHAPE.test(value) || SECRET_NAME.test(name) ? [value] : [],
  );
  return [...userOf(address), ...[...folders, ...values].filter((part) => !open.has(part))];
}

function userOf({ username, password }: URL): string[] {
  return [username, password].map(decoded);
}

/**
 * A text in which none of these secrets can be read, nor a part of one: neither as it is, nor as an address, JSON, HTML
 * or base64 write it.
 */
export function hideSecrets(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.flatMap(formsOf))];
  const words = forms.filter((form) => form.length < PART);
  const parts = new Set(forms.flatMap(partsOf));
  return hideWords(hideParts(text, parts), words);
}

/** How a secret may be written in an answer, in lower case. */
function formsOf(secret: string): string[] {
  const plain = decoded(secret);
  const forms = [secret, plain, encodeURIComponent(plain.toWellFormed())].flatMap((form) => [
    form,
    encodeURIComponent(form.toWellFormed()),
    form.replaceAll("%20", "+"),
    JSON.stringify(form).slice(1, -1),
    JSON.stringify(form).slice(1, -1).replaceAll("/", "\\/"),
    form.replaceAll(/[&<>=+'"/]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
    escapeXml(form),
  ]);
  return [...forms, ...base64FormsOf(plain)].map((form) => form.toLowerCase()).filter((form) => form !== "");
}

/** What stands in base64 for a secret wherever it begins within the text that was encoded. */
function base64FormsOf(secret: string): string[] {
  const bytes = new TextEncoder().encode(secret);
  if (bytes.length < PART - 1) return [];
  return [0, 1, 2].flatMap((before) => {
    const shifted = new Uint8Array([...new Uint8Array(before), ...bytes]);
    const encoded = btoa(String.fromCharCode(...shifted)).replace(/=+$/, "");
    // The first characters depend on what stands before, the last on what follows.
    const certain = encoded.slice(Math.ceil((before * 4) / 3), -1);
    return [certain, certain.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function partsOf(form: string): string[] {
  const count = Math.max(0, form.length - PART + 1);
  return Array.from({ length: count }, (_, at) => form.slice(at, at + PART));
}

function hideParts(text: string, parts: ReadonlySet<string>): string {
  // Characters whose lower case is longer than they are would move all that follows.
  const lower = Array.from(text, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character;
  }).join("");
  let shown = "";
  let from = 0;
  let hiddenUntil = -1;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && parts.has(lower.slice(at, at + PART))) {
      if (at > hiddenUntil) shown += text.slice(from, at) + HIDDEN;
      hiddenUntil = at + PART;
      from = hiddenUntil;
    }
  }
  return shown + text.slice(from);
}

function hideWords(text: string, words: readonly string[]): string {
  return words.reduce(
    (shown, word) => shown.replaceAll(new RegExp(`(?<![\\w-])${literal(word)}(?![\\w-])`, "gi"), HIDDEN),
    text,
  );
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
