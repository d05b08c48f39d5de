import type { Instant } from "@overdue/schedules";
import { SQL, sql, StringChunk } from "drizzle-orm";

// What the statements of several aggregates share.

/** SQL without parameters, for Drizzle's statements as well as for statements in plain text. */
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

/** SQL: an instant as epoch milliseconds, as core counts, or an interval in milliseconds; null where it is null. */
export function epochMs(instant: string | Fragment): Fragment<Instant> {
  return new Fragment(`(extract(epoch from ${instant.toString()}) * 1000)::float8`);
}

/** SQL: now, cut to the millisecond. Columns round to milliseconds, so that something due at once could else be due 0.5 ms later. */
export const NOW = new Fragment("date_trunc('milliseconds', clock_timestamp())");

/** A list of ids as one parameter, however long. */
export function uuidArray(ids: readonly string[]): SQL {
  return sql`${`{${ids.join(",")}}`}::uuid[]`;
}

/** The instance fact with the id of the self-test's check, stored under the self-test's earlier name. */
export const SELF_TEST_FACT = "self-check";

/** SQL: the deliveries of the self-test's alerts that arrived. */
export const SELF_TEST_ALERTS = new Fragment(
  `(select e.* from instance_facts f join deliveries e on e.check_id = f.value::uuid
     where f.name = '${SELF_TEST_FACT}' and e.kind = 'down' and e.state = 'sent')`,
);
