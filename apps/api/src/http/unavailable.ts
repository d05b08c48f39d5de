import { type PassingTrouble, passingTrouble } from "@overdue/db";

import { ApiError } from "./problem.ts";

export const RETRY_AFTER_SECONDS = 5;

const SENTENCES: Record<PassingTrouble, string> = {
  away: "The database does not answer: try again in a moment.",
  "read-only": "The database is read-only at the moment, so nothing can be saved: try again later.",
  full: "The database has run out of disk or memory, so nothing can be saved: try again later.",
  slow: "The database took too long: try again in a moment.",
  contended: "Others changed the same at the same time: try again.",
};

/** The answer to a request that failed by what hinders the database for now; null where the error means something else. */
export function unavailable(error: unknown): ApiError | null {
  const trouble = passingTrouble(error);
  return trouble === null ? null : new ApiError("unavailable", SENTENCES[trouble], { cause: error });
}
