import { z } from "zod";

import { ApiError } from "./problem.ts";

const MAX_PER_PAGE = 200;

/** How a list is asked for, page by page. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MAX_PER_PAGE).default(50),
  cursor: z.string().max(200).optional().meta({ description: "`next` of the page before." }),
});

/** A page: its items, and the cursor of the next one, null at the end. */
export function pageSchema<S extends z.ZodType>(item: S) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** Reads a cursor that `pageFrom` wrote. @throws 400 for anything else. */
export function readCursor<S extends z.ZodType>(cursor: string | undefined, schema: S): z.output<S> | null {
  if (cursor === undefined) return null;
  const position = schema.safeParse(decode(cursor));
  if (!position.success) throw ApiError.invalid("cursor", "This is not a cursor from an earlier page.");
  return position.data;
}

/** Cuts rows, read with one more than the limit, into a page; `position` is where the next one goes on. */
export function toPage<T>(rows: readonly T[], limit: number, position: (last: T) => unknown) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last !== undefined ? encode(position(last)) : null;
  return { items, next };
}

/** A page of rows that were read whole, since a project may hold few of them; the cursor is the last one's id. */
export function pageInMemory<T extends { id: string }>(rows: readonly T[], { limit, cursor }: PageRequest) {
  const after = readCursor(cursor, z.uuid());
  const from = after === null ? 0 : rows.findIndex(({ id }) => id === after) + 1;
  return toPage(rows.slice(from, from + limit + 1), limit, (last) => last.id);
}
type PageRequest = z.output<typeof PageQuery>;

function encode(position: unknown): string {
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
