import type { FieldError } from "../api/problem.ts";
import type { WindowValues } from "./window-values.ts";

const FIELDS: Record<string, string> = { minutes: "length", expression: "cron" };

/** Puts what the API refused where the person typed it. */
export function windowErrors(
  errors: readonly FieldError[],
  kind: WindowValues["kind"],
): Record<string, string> {
  return Object.fromEntries(errors.map(({ field, message }) => [placeOf(field, kind), message]));
}

function placeOf(path: string, kind: WindowValues["kind"]): string {
  const [first = "", second = ""] = path.split(".");
  if (first !== "rule") return first;
  if (second === "") return { once: "from", weekly: "weekdays", cron: "cron" }[kind];
  return FIELDS[second] ?? second;
}
