import { ConfigError } from "@overdue/config";
import { PlanLimitReached, UnsupportedSchema } from "@overdue/db";

/** An error whose message is a sentence for the person who typed the command; its stack is not shown. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** The text to print for an error that ends the program: Overdue's own sentences as they are, other errors with a stack. */
export function errorMessage(error: unknown): string {
  const isSentence = SENTENCES.some((kind) => error instanceof kind);
  if (error instanceof Error && isSentence) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

const SENTENCES = [Refusal, ConfigError, PlanLimitReached, UnsupportedSchema];
