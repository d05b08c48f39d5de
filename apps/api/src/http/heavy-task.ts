import { Overloaded, TooHeavy } from "../workers/worker-pool.ts";
import { ApiError, type ProblemCode } from "./problem.ts";

/**
 * Waits for a task of the worker pool on behalf of a request.
 * @throws ApiError `tooHeavy` if the task took too long or too much memory, 503 with `overloaded` if too many tasks wait
 */
export async function heavyTask<T>(
  task: Promise<T>,
  { tooHeavy, overloaded }: { tooHeavy: [ProblemCode, string]; overloaded: string },
): Promise<T> {
  try {
    return await task;
  } catch (cause) {
    if (cause instanceof TooHeavy) throw new ApiError(...tooHeavy, { cause });
    if (cause instanceof Overloaded) throw new ApiError("unavailable", overloaded, { cause });
    throw cause;
  }
}
