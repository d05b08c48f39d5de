/** The command line is wrong: its message is one sentence, and the exit status is 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A command could not do what it was asked for: its message says why, in a sentence, and the exit status is 1. */
export class CommandError extends Error {
  override name = "CommandError";
}
