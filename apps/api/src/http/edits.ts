import type { Context } from "hono";
import { z } from "zod";

import { ApiError } from "./problem.ts";

/** The header `If-Match` of every edit, for the OpenAPI document. */
export const IfMatch = z.object({
  "if-match": z.string().optional().meta({
    description:
      "The ETag of the version that you edit: if somebody else has edited it since, the answer is 412 and nothing changes. Without it the current version is edited.",
  }),
});

/** A version as an entity tag. */
export function toETag(version: number | string): string {
  return `"${version}"`;
}

/** Sends the version of a view as the entity tag, which an edit can send back in `If-Match`. */
export function withETag<V extends { version: number }>(c: Context, view: V): V {
  c.header("etag", toETag(view.version));
  return view;
}

/** The version in `If-Match`; null without the header. @throws 400 for a tag that is no version */
export function expectedVersion(headers: z.infer<typeof IfMatch>): number | null {
  const tag = readIfMatch(headers["if-match"]);
  if (tag === null) return null;
  if (/^\d{1,9}$/.test(tag)) return Number(tag);
  throw ApiError.invalid("If-Match", 'Send the version in quotes, such as "3".');
}

/** The tag in `If-Match` without its quotes; null without the header. @throws 400 for a malformed one */
export function readIfMatch(ifMatch: string | undefined): string | null {
  if (ifMatch === undefined || ifMatch.trim() === "*") return null;
  const tag = /^"([^"]*)"$/.exec(ifMatch.trim())?.[1];
  if (tag === undefined)
    throw ApiError.invalid("If-Match", "Send the ETag exactly as you received it, in quotes.");
  return tag;
}

/** Returns the result of a query. @throws 404 for null, and for false, by which a write says that it found nothing */
export function requireFound<T>(noun: string, found: T | null | false): T {
  if (found === null || found === false) throw ApiError.notFound(noun);
  return found;
}
