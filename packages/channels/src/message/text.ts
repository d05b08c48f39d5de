import { visibleText } from "@overdue/core";

const ELLIPSIS = "…";
const ZERO_WIDTH = "\u200b";

/** The text on one line, at most `limit` UTF-16 units. */
export function oneLine(text: string, limit: number): string {
  return clipEnd(visibleText(text.replaceAll(/[\r\n\t]+/g, " ")).trim(), limit);
}

/** At most `limit` UTF-16 units; the end is cut off, between code points. */
export function clipEnd(text: string, limit: number): string {
  return text.length <= limit ? text : takeFirst(text, limit - ELLIPSIS.length) + ELLIPSIS;
}

/** At most `limit` UTF-16 units; the beginning is cut off, between code points. */
export function clipStart(text: string, limit: number): string {
  return text.length <= limit ? text : ELLIPSIS + takeLast(text, limit - ELLIPSIS.length);
}

/** At most `limit` bytes of UTF-8. */
export function clipBytes(text: string, limit: number): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= limit) return text;
  const cut = new TextDecoder().decode(encoded.subarray(0, limit - 3)).replace(/\ufffd+$/, "");
  return cut + ELLIPSIS;
}

/** The longest beginning of `text` that, escaped code point by code point, takes at most `limit` units. */
export function escapeWithin(text: string, limit: number, escape: (character: string) => string): string {
  let out = "";
  for (const character of text) {
    const next = escape(character);
    if (out.length + next.length > limit) return out;
    out += next;
  }
  return out;
}

/** The longest end of `text` that, escaped, takes at most `limit` units. Of a job's output the end matters most. */
export function escapeTailWithin(text: string, limit: number, escape: (character: string) => string): string {
  const kept: string[] = [];
  let length = 0;
  for (const character of Array.from(text).toReversed()) {
    const next = escape(character);
    if (length + next.length > limit) break;
    kept.push(next);
    length += next.length;
  }
  return kept.toReversed().join("");
}

/** Escapes `& < >`, which is all that Telegram's HTML and Slack's mrkdwn need. */
export function escapeAngles(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * Escapes the Markdown of most chats by a backslash before every character that could begin markup. Mentions are split by a
 * zero-width space, because some chats ignore a backslash there. The result is at most twice as long, plus one character
 * for each line.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_~|[\]<>]/g, "\\$&")
    .replaceAll(/^(\s*)([-+#=])/gm, "$1\\$2")
    .replaceAll(/^(\s*\d+)([.)])/gm, "$1\\$2")
    .replaceAll("@", `@${ZERO_WIDTH}`);
}

/** A block of code that its text cannot end: the fence is longer than any run of backticks inside. */
export function fenceCode(text: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}`;
}

/** A block of code for chats that know only fences of three; no longer than the text and its fences. */
export function fencedByThree(text: string): string {
  return `\`\`\`\n${text.replaceAll("```", "'''")}\n\`\`\``;
}

/** Escapes `& < > " '` for XML and HTML. */
export function escapeXml(text: string): string {
  return escapeAngles(text).replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

/** A URL, also as it is written in JSON or a query, without the quote or bracket that follows it. */
const ADDRESS =
  /\b[a-z][a-z0-9+.-]*(?::\\?\/\\?\/|%3a%2f%2f)(?:\\\/|\[hidden\]|[^\s"'`<>()[\]{}\\,;])*(?:\[hidden\]|[^\s"'`<>()[\]{}\\,;.:!?])/gi;

/**
 * Turns a provider's response into one short line without addresses, which may be stored and shown. The secrets of the
 * channel must be hidden before; see `hideSecrets`.
 */
export function sanitise(answer: string): string {
  return oneLine(answer.replaceAll(ADDRESS, "[address]"), 200);
}

function takeFirst(text: string, limit: number): string {
  return escapeWithin(text, limit, (character) => character);
}

function takeLast(text: string, limit: number): string {
  return escapeTailWithin(text, limit, (character) => character);
}
