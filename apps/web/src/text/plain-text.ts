// Every control character is made visible, except line feeds and tabs, and every character that hides or reverses text.
const HIDDEN = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

/** Text from a job, safe to show: terminal colours are removed, and hidden characters are replaced by their code. */
export function visibleText(body: string): string {
  return body.replaceAll("\r\n", "\n").replaceAll(COLOURS, "").replaceAll(HIDDEN, characterCode);
}

function characterCode(character: string): string {
  return `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** "a", "a or b", "a, b or c". */
export function listText(items: readonly string[], joiner: "and" | "or"): string {
  if (items.length <= 1) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${joiner} ${items.at(-1)}`;
}
