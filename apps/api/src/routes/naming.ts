import { TooMany, UnknownTarget } from "@overdue/db";

import { unlessStale } from "../http/etag.ts";
import { ApiError } from "../http/problem.ts";

/** Runs a write, saying which field names what is not there. @throws 400, 412 */
export async function saving<T>(noun: string, write: () => Promise<T>): Promise<T> {
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
export function found<T>(noun: string, row: T | null): T {
  if (row === null) throw ApiError.notFound(noun);
  return row;
}
