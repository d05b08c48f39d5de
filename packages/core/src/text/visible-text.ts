/** Control characters except tab and line feed, invisible and direction-changing characters, and line separators. */
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
// oxlint-disable-next-line no-control-regex -- a terminal's colours begin with a control character
const COLOURS = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * Makes text of a person or a job safe to show, so that no character hides or moves another. Terminal colours are removed,
 * line ends become line feeds, and every other hidden character becomes its escape, such as `\u202e`.
 */
export function visibleText(text: string): string {
  return escapeHidden(text.toWellFormed().replaceAll("\r\n", "\n").replaceAll(COLOURS, ""));
}

/** Replaces each hidden character by its JSON escape, such as `\u001b`, which leaves a line of JSON the same JSON. */
export function escapeHidden(text: string): string {
  return text.replaceAll(HIDDEN, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
    }).join(""),
  );
}

/** Escapes a text for XML, also within quoted attributes. Characters that XML cannot contain are left out. */
export function escapeXml(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
