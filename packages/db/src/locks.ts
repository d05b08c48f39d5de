import { sql } from "drizzle-orm";

import type { Db } from "./database.ts";
import { NOW } from "./sql-fragments.ts";

/** The numbers of all advisory locks, in one place so that no two are equal: PostgreSQL has one number space per database. */
const LOCKS = {
  /** Held by the session that changes the schema. */
  migrations: 7_236_831,
  /** One receiver at a time writes its checkpoint, so that only one stores an outage. */
  checkpoint: 7_236_832,
  /** Bootstrap and sign-up: only one of them makes the first account. */
  firstAccount: 7_236_840,
  deadLetterNotice: 7_236_841,
  selfTest: 7_236_842,
  operatorNotice: 7_236_843,
  fallbackForWaiting: 7_236_844,
  identity: 7_236_846,
  /** One process at a time stores the plans of its file. */
  plans: 7_236_847,
};

/** Seeds by which the id of one object is hashed to the number of its lock. */
export const LOCK_SEEDS = {
  groupedChannel: 7,
  passedOnMessage: 8,
  addressQuestion: 9,
  findingsOfCheck: 10,
  dependenciesOfProject: 11,
  ownersMailboxes: 12,
  reportChoice: 13,
  placesOfOrganization: 14,
};

export const MIGRATIONS_LOCK = LOCKS.migrations;

/** SQL: waits for a lock and holds it until the transaction ends. */
export function lockUntilCommit(name: Exclude<keyof typeof LOCKS, "migrations">): string {
  return `select pg_advisory_xact_lock(${LOCKS[name]})`;
}

/** What only one process may do at a time. */
type LeaseName = "telegram-updates";
export type Tenure = { name: LeaseName; holder: string };

/**
 * Takes a lease that is free or has run out, or extends the holder's own, for `seconds` from now by the database's clock.
 * @returns the position that the last holder stored, or null where another holds the lease
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

/** Stores how far the holder has come; does nothing if it no longer holds the lease. */
export async function moveLease(db: Db, { name, holder }: Tenure, position: number): Promise<void> {
  await db.execute(sql`update leases set position = ${position} where name = ${name} and holder = ${holder}`);
}

/** Ends the lease at once, if `holder` has it. */
export async function endLease(db: Db, { name, holder }: Tenure): Promise<void> {
  await db.execute(sql`update leases set until = ${NOW} where name = ${name} and holder = ${holder}`);
}
