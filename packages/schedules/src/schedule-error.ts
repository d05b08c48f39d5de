/** Why a schedule cannot be used, and what to do, in one sentence for its author. */
export class ScheduleError extends Error {
  override name = "ScheduleError";
}

/** A problem of another field than the expression. `field` is its path, with dots. */
export class FieldError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
