import { type AlertFacts, checkName as plainName, UNNAMED_CHECK } from "@overdue/core";
import { oneLine } from "./text.ts";

const NAME_CHARS = 120;

/** The name of a check on one line. */
export function checkName({ check }: { check: { name: string; slug: string } | null }): string {
  if (check === null) return UNNAMED_CHECK;
  return plainName({ name: oneLine(check.name, NAME_CHARS), slug: oneLine(check.slug, NAME_CHARS) });
}

export function projectLine({ project }: Pick<AlertFacts, "project">): string {
  return oneLine(project.name, NAME_CHARS);
}
