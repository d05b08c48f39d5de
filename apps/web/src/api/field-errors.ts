import type { FieldError } from "./problem.ts";

/** The server's sentences by field, as a form takes them. */
export function fieldErrors(errors: readonly FieldError[]): Record<string, string> {
  return Object.fromEntries(errors.map(({ field, message }) => [field, message]));
}
