/** Why a schedule cannot be used, as one sentence for its author that names the way out. */
export class ScheduleError extends Error {
  override name = "ScheduleError";
}
