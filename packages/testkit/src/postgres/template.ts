import * as db from "@overdue/db";

/** The migrated database that every test's own database is a copy of. */
export const TEMPLATE = "overdue_template";

/** Creates and migrates the template. `url` is that of the server, without a database name. */
export async function createTemplate(url: string): Promise<void> {
  await asAdministrator(url, (session) => session.query(`create database ${TEMPLATE}`));
  const pool = db.openPool({ url: `${url}/${TEMPLATE}`, max: 1, name: "template" });
  await db.migrate(pool);
  await pool.end();
}

/** Runs `work` with one short connection to the database "postgres". */
export async function asAdministrator<T>(url: string, work: (session: db.Session) => Promise<T>): Promise<T> {
  const session = new db.Session({ url: `${url}/postgres`, name: "test administrator" });
  try {
    return await work(session);
  } finally {
    await session.end();
  }
}
