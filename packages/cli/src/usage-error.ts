/** The command line is wrong: its message is one sentence, and the exit status is 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** Something that was asked for could not be done: its message says what, and the exit status is 1. */
export class Failure extends Error {
  override name = "Failure";
}
