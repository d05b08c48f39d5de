import { sql } from "drizzle-orm";

import type { Db } from "./database.ts";
import { NOW } from "./sql-fragments.ts";

/**
 * Every advisory lock that the product takes, so that no two share a number. PostgreSQL knows them by number alone, in
 * one space for the whole database.
 */
const LOCKS = {
  /** Held by the session that changes the schema. */
  migrations: 7_236_831,
  /** One receiver at a time writes its checkpoint, so that only one of them ends an outage. */
  checkpoint: 7_236_832,
  /** Bootstrap and sign-up: only one of them makes the first account. */
  firstAccount: 7_236_840,
  deadLetterNotice: 7_236_841,
  selfTest: 7_236_842,
  operatorNotice: 7_236_843,
  fallbackForWaiting: 7_236_844,
};

/** Locks on one object each: the seed by which its id is hashed to a number. */
export const LOCK_SEEDS = {
  groupedChannel: 7,
  passedOnMessage: 8,
  addressQuestion: 9,
  findingsOfCheck: 10,
  dependenciesOfProject: 11,
};

export const MIGRATIONS_LOCK = LOCKS.migrations;

/** The statement that waits for a lock and holds it until the transaction ends. */
export function lockUntilCommit(name: Exclude<keyof typeof LOCKS, "migrations">): string {
  return `select pg_advisory_xact_lock(${LOCKS[name]})`;
}

/** What only one process may do at a time. */
type LeaseName = "telegram-updates";
export type Tenure = { name: LeaseName; holder: string };

/**
 * Takes a lease that is free or has run out, or keeps one's own for `seconds` from now, by the database's clock.
 * @returns how far its holders came, or null where another holds it
 */
export async function takeLease(db: Db, { name, holder }: Tenure, seconds: number): Promise<number | null> {
  const until = sql`clock_timestamp() + ${seconds} * interval '1 second'`;
  const rows = await db.execute<{ position: number }>(sql`
    insert into leases as l (name, holder, until) values (${name}, ${holder}, ${until})
    on conflict (name) do update set holder = excluded.holder, until = excluded.until
      where l.holder = excluded.holder or l.until <= clock_timestamp()
    returning position::float8 as position`);
  return rows[0]?.position ?? null;
}

/** Notes how far the holder came; nothing where it is the holder no more. */
export async function moveLease(db: Db, { name, holder }: Tenure, position: number): Promise<void> {
  await db.execute(sql`update leases set position = ${position} where name = ${name} and holder = ${holder}`);
}

/** Gives it up at once. */
export async function endLease(db: Db, { name, holder }: Tenure): Promise<void> {
  await db.execute(sql`update leases set until = ${NOW} where name = ${name} and holder = ${holder}`);
}
