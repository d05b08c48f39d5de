import { ApiError } from "../http/problem.ts";

/** A check's version as an entity tag. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The version an editor saw; null where none was named. @throws 400 for a tag that is none of ours. */
export function versionIn(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === "*") return null;
  const version = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) throw ApiError.invalid("If-Match", 'Send the version in quotes, such as "3".');
  return Number(version);
}
