import type { AlertFacts } from "./alert.ts";
import { oneLine } from "./text.ts";

const NAME_CHARS = 120;

/** The check's name on one line; a check may have none. */
export function checkName({ check }: { check: { name: string } | null }): string {
  return oneLine(check?.name ?? "", NAME_CHARS) || "unnamed check";
}

export function projectLine({ project }: Pick<AlertFacts, "project">): string {
  return oneLine(project.name, NAME_CHARS);
}
