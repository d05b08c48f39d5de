/** Why a schedule cannot be used, as one sentence for its author that names the way out. */
export class ScheduleError extends Error {
  override name = "ScheduleError";
}

/** A problem with a text that belongs to another field than the expression, whose path has dots in it. */
export class FieldError extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
