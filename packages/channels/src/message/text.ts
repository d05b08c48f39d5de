/** Bidirectional overrides and marks, zero-width characters, line and paragraph separators, the byte order mark. */
const INVISIBLE = /[\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;
// oxlint-disable-next-line no-control-regex -- finding control characters is its purpose
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const ELLIPSIS = "…";

/** Text of many lines, with every character that could hide or move others made visible; tabs and line ends stay. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replaceAll("\r\n", "\n")
    .replace(INVISIBLE, escaped)
    .replace(CONTROL, (character) =>
      character < " " ? String.fromCodePoint(0x2400 + character.charCodeAt(0)) : escaped(character),
    );
}

/** Text of one line, at most `limit` characters. */
export function oneLine(text: string, limit: number): string {
  return clipEnd(visible(text.replaceAll(/[\r\n\t]+/g, " ")).trim(), limit);
}

/** At most `limit` UTF-16 units; what is cut is the end, between code points. */
export function clipEnd(text: string, limit: number): string {
  return text.length <= limit ? text : takeFirst(text, limit - ELLIPSIS.length) + ELLIPSIS;
}

/** At most `limit` UTF-16 units; what is cut is the beginning, between code points. */
export function clipStart(text: string, limit: number): string {
  return text.length <= limit ? text : ELLIPSIS + takeLast(text, limit - ELLIPSIS.length);
}

/** The longest beginning of `text` that, escaped code point by code point, takes at most `limit` units. */
function escapeWithin(text: string, limit: number, escape: (character: string) => string): string {
  let out = "";
  for (const character of text) {
    const next = escape(character);
    if (out.length + next.length > limit) return out;
    out += next;
  }
  return out;
}

/** The same from the end: what matters of a job's output is how it ended. */
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

/** `& < >`, which is all that Telegram's HTML and Slack's mrkdwn ask for. */
export function escapeAngles(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A provider's answer, fit to be stored and shown: one short line without addresses or tokens. */
export function sanitised(answer: string): string {
  return oneLine(
    answer
      .replaceAll(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, "[address]")
      .replaceAll(/\d+:[\w-]{20,}/g, "[token]")
      .replaceAll(/\b[\w-]{32,}\b/g, "[token]"),
    200,
  );
}

function takeFirst(text: string, limit: number): string {
  return escapeWithin(text, limit, (character) => character);
}

function takeLast(text: string, limit: number): string {
  return escapeTailWithin(text, limit, (character) => character);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
