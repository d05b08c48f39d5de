import { readingText } from "./line-text.ts";

/**
 * Lines of five fields as they are written for a scheduler: as they stand, with a 0 for the seconds before them, or with the
 * question mark that Quartz wants too. Null where it refuses them all, or never runs them.
 */
export function lineFor(expression: string, scheduler: string): string | null {
  const withSeconds = expression.replaceAll(/^/gm, "0 ");
  const forms = [expression, withSeconds, withQuestionMark(withSeconds)];
  return forms.find((form) => readingText(form, scheduler) !== null) ?? null;
}

/** Quartz wants a question mark for the one of both kinds of days that says nothing. */
function withQuestionMark(expression: string): string {
  return expression
    .split("\n")
    .map((line) => {
      const fields = line.split(/\s+/);
      const anyDay = fields[5] === "*" ? 5 : 3;
      return fields.map((field, index) => (index === anyDay && field === "*" ? "?" : field)).join(" ");
    })
    .join("\n");
}
