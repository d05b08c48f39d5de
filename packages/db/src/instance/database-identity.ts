import { sql } from "drizzle-orm";

import type { Db } from "../database.ts";

/** The fact that says in which database these rows were written. A dump that is restored elsewhere has that of its origin. */
const IDENTITY = "database identity";

/** `before`: the database in which these rows were last used, null if none was noted yet; `now`: the database that they are in now. */
export async function readIdentity(db: Db): Promise<{ before: string | null; now: string }> {
  const rows = await db.execute<{ value: string }>(
    sql`select value from instance_facts where name = ${IDENTITY}`,
  );
  return { before: rows[0]?.value ?? null, now: await identityOf(db) };
}

/** Stores that the rows belong to this database. */
export async function noteIdentity(db: Db): Promise<void> {
  await db.execute(sql`
    insert into instance_facts (name, value) values (${IDENTITY}, ${await identityOf(db)})
    on conflict (name) do update set value = excluded.value`);
}

/** The server's own number with that of the database in it: another one after every restore of a dump, on any server. */
async function identityOf(db: Db): Promise<string> {
  const rows = await db.execute<{ identity: string }>(sql`
    select (select system_identifier from pg_control_system()) || '/' || oid as identity
    from pg_database where datname = current_database()`);
  return rows[0]?.identity ?? "";
}
