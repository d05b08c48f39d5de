import { Session } from "@overdue/db";

/** Settings requested when a connection starts, as our own pools do; a pooler may refuse them or silently drop them. */
const SETTINGS = { statement_timeout: 12_345, options: "-c search_path=overdue_probe" };
const ASKED = "12345ms overdue_probe";
const WAIT_MS = 5_000;

const WAY_OUT =
  "Set DATABASE_URL to the PostgreSQL server itself (often port 5432); a few dozen connections are all that Overdue opens.";

/**
 * Why a connection pooler in front of the server cannot be used, as a sentence with the way out; null where there is none,
 * or one that keeps a connection for as long as it is used.
 */
export async function poolerProblem(url: string): Promise<string | null> {
  const [one, two] = [probe(url), probe(url)];
  try {
    const [rows] = await Promise.all([
      one.query<{ kept: string }>(
        "select current_setting('statement_timeout') || ' ' || current_setting('search_path') as kept",
      ),
      two.query("select"),
    ]);
    if (rows[0]?.kept !== ASKED)
      return `DATABASE_URL leads to a connection pooler, such as PgBouncer, that drops the settings of a connection (statement_timeout and search_path). ${WAY_OUT}`;
    return (await keepsSession(one, two))
      ? null
      : `DATABASE_URL leads to a connection pooler, such as PgBouncer, that lends a connection for one transaction only (pool_mode=transaction or statement); Overdue needs its prepared statements and LISTEN to last. ${WAY_OUT}`;
  } catch (error) {
    const refused = /unsupported startup parameter.*/i.exec(error instanceof Error ? error.message : "")?.[0];
    if (refused === undefined) throw error;
    return `DATABASE_URL leads to a connection pooler, such as PgBouncer, that refuses what Overdue asks of a connection (${refused}). ${WAY_OUT}`;
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
}

function probe(url: string): Session {
  return new Session({ url, name: "probe", connectTimeoutMs: WAIT_MS, settings: SETTINGS });
}

/** Whether a setting of one client is there in its next transaction, while the other client holds a connection. */
async function keepsSession(one: Session, two: Session): Promise<boolean> {
  await one.query("select set_config('overdue.probe', 'set', false)");
  await two.query("begin");
  const rows = await Promise.race([
    one.query<{ probe: string | null }>("select current_setting('overdue.probe', true) as probe"),
    new Promise<never[]>((resolve) => setTimeout(() => resolve([]), WAIT_MS).unref()),
  ]);
  await two.query("rollback");
  return rows[0]?.probe === "set";
}
