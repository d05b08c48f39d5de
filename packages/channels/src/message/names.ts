import type { AlertFacts } from "@overdue/core";
import { oneLine } from "./text.ts";

const NAME_CHARS = 120;

/** The name of a check on one line. */
export function checkName({ check }: { check: { name: string } | null }): string {
  return oneLine(check?.name ?? "", NAME_CHARS) || "unnamed check";
}

export function projectLine({ project }: Pick<AlertFacts, "project">): string {
  return oneLine(project.name, NAME_CHARS);
}
