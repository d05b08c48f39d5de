import { decodeHTML } from "entities";

/** Elements whose content is not text for readers. */
const SKIPPED = /^(script|style)\b/i;
const TAG = /^[a-z/!?]/i;
/** Characters that are not drawn: soft hyphens, zero-width spaces and joiners. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/**
 * The text of an HTML document, in which keywords are looked for. Tags are removed without leaving a space; scripts, styles
 * and comments are removed with their content; white space becomes one space; entities become characters; letters with
 * accents become one character (NFC). Takes linear time, whatever was sent.
 */
export function textOfHtml(html: string): string {
  return decodeHTML(removeTags(html))
    .normalize("NFC")
    .replaceAll(INVISIBLE, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function removeTags(html: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let open = html.indexOf("<"); open !== -1; open = html.indexOf("<", at)) {
    parts.push(html.slice(at, open));
    at = afterTag(html, open);
    if (at === open + 1) parts.push("<");
  }
  parts.push(html.slice(at));
  return parts.join("");
}

/** The position after the tag that begins at `open`; just after the `<` if that does not begin a tag. */
function afterTag(html: string, open: number): number {
  if (html.startsWith("<!--", open)) return after(html, "-->", open + 4);
  const name = html.slice(open + 1, open + 8);
  if (!TAG.test(name)) return open + 1;
  const end = after(html, ">", open + 1);
  const skipped = SKIPPED.exec(name)?.[1];
  return skipped === undefined ? end : afterElement(html, skipped.toLowerCase(), end);
}

function after(html: string, closing: string, from: number): number {
  const at = html.indexOf(closing, from);
  return at === -1 ? html.length : at + closing.length;
}

function afterElement(html: string, name: string, from: number): number {
  for (let at = html.indexOf("</", from); at !== -1; at = html.indexOf("</", at + 2)) {
    if (html.slice(at + 2, at + 2 + name.length).toLowerCase() === name) return after(html, ">", at);
  }
  return html.length;
}
