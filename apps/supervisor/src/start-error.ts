import { ConfigError } from "@overdue/config";

/** A reason not to start, as a sentence for the person who typed the command; no stack belongs to it. */
export class StartError extends Error {
  override name = "StartError";
}

/** What to print of an error that ends the program: our own sentences as they are, all else with its stack. */
export function sentenceOf(error: unknown): string {
  if (error instanceof StartError || error instanceof ConfigError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
