import type { Instant } from "@overdue/schedules";
import { SQL, sql, StringChunk } from "drizzle-orm";

// What the statements of several aggregates share.

/** SQL without parameters: it can stand in a statement of Drizzle's, and in a statement that is text. */
export class Fragment<Type = unknown> extends SQL<Type> {
  readonly #text: string;

  constructor(text: string) {
    super([new StringChunk(text)]);
    this.#text = text;
  }

  override toString(): string {
    return this.#text;
  }
}

/** The elements of an SQL list, such as `('down', 'up')`. */
export function literals<Value extends string>(values: readonly Value[]): Fragment {
  return new Fragment(`(${values.map((value) => `'${value}'`).join(", ")})`);
}

/** An instant as epoch milliseconds, as core counts, or an interval in milliseconds; null where it is null. */
export function epochMs(instant: string | Fragment): Fragment<Instant> {
  return new Fragment(`(extract(epoch from ${instant.toString()}) * 1000)::float8`);
}

/** Now, cut to the millisecond. Columns round to it, so that what is to be due at once could be due half of one later. */
export const NOW = new Fragment("date_trunc('milliseconds', clock_timestamp())");

/** A list of ids as one parameter, however long. */
export function uuidArray(ids: readonly string[]): SQL {
  return sql`${`{${ids.join(",")}}`}::uuid[]`;
}
