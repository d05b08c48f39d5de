import { ApiError } from "./problem.ts";

/** The header of an edit that must not overwrite what somebody else changed after `version`. */
export function ifMatch(version: number): { "if-match": string } {
  return { "if-match": `"${version}"` };
}

/** Whether an edit was refused because somebody else was first. */
export function isStale(error: unknown): boolean {
  return error instanceof ApiError && error.status === 412;
}
