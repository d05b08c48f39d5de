import { ConfigError } from "@overdue/config";

/** A reason to do nothing, as a sentence for the person who typed the command; no stack belongs to it. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** What to print of an error that ends the program: our own sentences as they are, all else with its stack. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal || error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
