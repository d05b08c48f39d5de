import type { Context } from "hono";
import { z } from "zod";

import { ApiError } from "./problem.ts";

/** The header of every edit, as the document tells it. */
export const IfMatch = z.object({
  "if-match": z.string().optional().meta({
    description:
      "The ETag you saw; 412 and no change where somebody else edited it since. Without it, whatever is there is edited.",
  }),
});

/** A version as an entity tag. */
export function toETag(version: number | string): string {
  return `"${version}"`;
}

/** A view on its way to whoever may edit it next: its version goes along as the entity tag. */
export function withETag<V extends { version: number }>(c: Context, view: V): V {
  c.header("etag", toETag(view.version));
  return view;
}

/** The version an editor saw; null where none was named. @throws 400 for a tag that is none of ours. */
export function expectedVersion(headers: z.infer<typeof IfMatch>): number | null {
  const tag = readIfMatch(headers["if-match"]);
  if (tag === null) return null;
  if (/^\d{1,9}$/.test(tag)) return Number(tag);
  throw ApiError.invalid("If-Match", 'Send the version in quotes, such as "3".');
}

/** What stands between the quotes; null where nothing was named. @throws 400 */
export function readIfMatch(ifMatch: string | undefined): string | null {
  if (ifMatch === undefined || ifMatch.trim() === "*") return null;
  const tag = /^"([^"]*)"$/.exec(ifMatch.trim())?.[1];
  if (tag === undefined) throw ApiError.invalid("If-Match", "Send the ETag as it was answered, in quotes.");
  return tag;
}

/** Passes on what a query found. @throws 404 for null and for false, which a write returns that found nothing. */
export function requireFound<T>(noun: string, found: T | null | false): T {
  if (found === null || found === false) throw ApiError.notFound(noun);
  return found;
}
