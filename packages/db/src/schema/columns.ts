import { sql } from "drizzle-orm";
import { customType, integer, timestamp, uuid } from "drizzle-orm/pg-core";

/** An instant; always with its zone, to the millisecond. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** An instant, or Infinity where there is no end. */
export const atOrInfinity = customType<{ data: Date | number }>({
  dataType: () => "timestamp(3) with time zone",
});

/** Time-ordered ids keep the newest rows together in the index. */
export const id = () =>
  uuid("id")
    .primaryKey()
    .default(sql`uuidv7()`);

export const createdAt = () => at("created_at").notNull().defaultNow();

/** Raw bytes: text refuses NUL and jsonb refuses lone surrogates, and a ping must never fail for its body. */
export const bytea = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** Counts the edits of a row, for its ETag. */
export const version = () => integer("version").notNull().default(1);

export const updatedAt = () => at("updated_at").notNull().defaultNow();
