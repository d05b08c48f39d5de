import { escapeXml } from "../../message/text.ts";
import type { Value } from "./template.ts";

/** The format of a body template, which decides how values in it are escaped. */
type BodyFormat = "json" | "form" | "xml" | "plain";

/**
 * The format by the content type; where that is missing or is text/plain, by the look of the body. `sample`: the body with
 * a 0 for each placeholder.
 */
export function detectFormat(contentType: string | undefined, sample: string): BodyFormat {
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

// oxlint-disable-next-line no-control-regex -- XML cannot contain these characters, not even escaped
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Escapes a value for a body of this format. */
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

/** Fills the placeholders of a JSON document: inside a string with the escaped text of a value, elsewhere with its literal. */
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
