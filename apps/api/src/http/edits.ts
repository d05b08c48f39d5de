import { StaleVersion, TooMany, UnknownTarget } from "@overdue/db";
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

/** Runs an edit, telling the editor where somebody else was first. `noun`: what is edited. @throws 412 */
export async function unlessStale<T>(noun: string, edit: () => Promise<T>): Promise<T> {
  try {
    return await edit();
  } catch (cause) {
    if (!(cause instanceof StaleVersion)) throw cause;
    const sentence = `Somebody else changed this ${noun} meanwhile: look at it again.`;
    throw new ApiError("version_conflict", sentence, { cause });
  }
}

/** Runs a write, saying which field names what is not there. @throws 400, 412 */
export async function withTargetErrors<T>(noun: string, write: () => Promise<T>): Promise<T> {
  try {
    return await unlessStale(noun, write);
  } catch (cause) {
    if (cause instanceof UnknownTarget) {
      throw ApiError.invalid(cause.field, `A ${cause.what} named here is not in this project.`);
    }
    if (cause instanceof TooMany) {
      throw ApiError.invalid("name", `This project has as many as it may: delete a ${noun} first.`);
    }
    throw cause;
  }
}

/** @throws 404 */
export function requireFound<T>(noun: string, row: T | null): T {
  if (row === null) throw ApiError.notFound(noun);
  return row;
}
