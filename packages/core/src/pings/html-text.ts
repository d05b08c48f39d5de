import { decodeHTML } from "entities";

/** Elements whose content is not for reading. */
const UNREAD = /^(script|style)\b/i;
const TAG = /^[a-z/!?]/i;
/** Characters that are drawn as nothing: marks where a word may break, and joiners. */
const INVISIBLE = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/**
 * The words of an HTML text, as keywords are looked for in them: tags go without leaving a space, scripts, styles and
 * comments with what is in them, and white space is one space. Every entity of HTML is its character, and a character that
 * is written in two parts is one. One walk, whatever was sent.
 */
export function textOfHtml(html: string): string {
  return decodeHTML(withoutTags(html))
    .normalize("NFC")
    .replaceAll(INVISIBLE, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function withoutTags(html: string): string {
  const parts: string[] = [];
  let at = 0;
  for (let open = html.indexOf("<"); open !== -1; open = html.indexOf("<", at)) {
    parts.push(html.slice(at, open));
    at = endOfTag(html, open);
    if (at === open + 1) parts.push("<");
  }
  parts.push(html.slice(at));
  return parts.join("");
}

/** Where reading goes on after the `<` at `open`; just behind it where it begins no tag. */
function endOfTag(html: string, open: number): number {
  if (html.startsWith("<!--", open)) return behind(html, "-->", open + 4);
  const name = html.slice(open + 1, open + 8);
  if (!TAG.test(name)) return open + 1;
  const end = behind(html, ">", open + 1);
  const unread = UNREAD.exec(name)?.[1];
  return unread === undefined ? end : behindElement(html, unread.toLowerCase(), end);
}

function behind(html: string, closing: string, from: number): number {
  const at = html.indexOf(closing, from);
  return at === -1 ? html.length : at + closing.length;
}

function behindElement(html: string, name: string, from: number): number {
  for (let at = html.indexOf("</", from); at !== -1; at = html.indexOf("</", at + 2)) {
    if (html.slice(at + 2, at + 2 + name.length).toLowerCase() === name) return behind(html, ">", at);
  }
  return html.length;
}
