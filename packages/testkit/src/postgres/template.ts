import * as db from "@overdue/db";
import pg from "pg";

/** The migrated database that every test's own database is a copy of. */
export const TEMPLATE = "overdue_template";

/** Creates and migrates the template; `url` is the server's, without a database's name. */
export async function createTemplate(url: string): Promise<void> {
  await asAdministrator(url, (client) => client.query(`create database ${TEMPLATE}`));
  const pool = new pg.Pool({ connectionString: `${url}/${TEMPLATE}`, max: 1 });
  await db.migrate(pool);
  await pool.end();
}

/** Runs `work` with one short connection to the server's own database. */
export async function asAdministrator<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: `${url}/postgres` });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
