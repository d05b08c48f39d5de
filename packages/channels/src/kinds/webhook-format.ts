import { escapeXml } from "../message/text.ts";
import type { Value } from "./webhook-template.ts";

/** How a body of one's own is written, and so what a value in it must not contain. */
type BodyFormat = "json" | "form" | "xml" | "plain";

/** By its type, or, where none is named that says so, by its looks. `sample`: the body with a 0 for each placeholder. */
export function formatOf(contentType: string | undefined, sample: string): BodyFormat {
  const type = contentType ?? "text/plain";
  if (/json/i.test(type)) return "json";
  if (/x-www-form-urlencoded/i.test(type)) return "form";
  if (/xml|html/i.test(type)) return "xml";
  if (!/^text\/plain/i.test(type)) return "plain";
  if (looksLikeJson(sample)) return "json";
  return /^\s*<[?!a-z]/i.test(sample) ? "xml" : "plain";
}

function looksLikeJson(sample: string): boolean {
  if (!/^\s*(\{|\[\s*["{[])/.test(sample)) return false;
  try {
    JSON.parse(sample);
    return true;
  } catch {
    return false;
  }
}

// oxlint-disable-next-line no-control-regex -- XML knows no way to write these
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** A value as it may stand in such a body. */
export function escapeFor(format: Exclude<BodyFormat, "json">, text: string): string {
  switch (format) {
    case "form":
      return encodeURIComponent(text.toWellFormed());
    case "xml":
      return escapeXml(text.toWellFormed().replaceAll(NOT_XML, "\ufffd"));
    case "plain":
      return text.toWellFormed();
  }
}

/** Fills a JSON document: within a string the value's text is escaped, elsewhere stands a literal. */
export function fillJson(
  template: string,
  placeholder: RegExp,
  valueOf: (name: string) => Value | null,
): string {
  let filled = "";
  let last = 0;
  let isInString = false;
  for (const match of template.matchAll(placeholder)) {
    const between = template.slice(last, match.index);
    isInString = endsInString(between, isInString);
    const value = valueOf(match[1] ?? "");
    filled +=
      between +
      (value === null ? match[0] : isInString ? JSON.stringify(value.text).slice(1, -1) : value.literal);
    last = match.index + match[0].length;
  }
  return filled + template.slice(last);
}

function endsInString(text: string, isInString: boolean): boolean {
  let isInside = isInString;
  for (let at = 0; at < text.length; at += 1) {
    if (isInside && text[at] === "\\") at += 1;
    else if (text[at] === '"') isInside = !isInside;
  }
  return isInside;
}
