import { setTimeout as wait } from "node:timers/promises";
import { Session } from "@overdue/db";
import { POSTGRES_MAJOR } from "@overdue/postgres";
import { Refusal } from "../refusal.ts";

/**
 * Connects to the server that DATABASE_URL names; one that is just starting gets half a minute, unless `signal` ends
 * the start before.
 *
 * @throws Refusal where it cannot be reached, or is too old.
 */
export async function openOwnServer(url: string, options: { signal?: AbortSignal } = {}): Promise<Database> {
  const tries = { left: TRIES, signal: options.signal };
  const { version, isReadOnly } = await readServer(url, tries);
  if (version < POSTGRES_MAJOR) {
    throw new Refusal(
      `DATABASE_URL leads to PostgreSQL ${version}; Overdue needs ${POSTGRES_MAJOR} or newer. Without DATABASE_URL it brings its own.`,
    );
  }
  const problem = await poolerProblem(url).catch((cause: unknown) => {
    throw unreachable(cause);
  });
  if (problem !== null) throw new Refusal(problem);
  if (isReadOnly)
    throw new Refusal(
      "The server of DATABASE_URL is read-only: it may be a standby, or its disk may be full. Overdue starts once it can write there.",
    );
  return { url, stop: () => Promise.resolve() };
}

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 500;
const TRIES = 60;
// Refused, reset or unknown for now, or "the database system is starting up": these may pass by themselves.
const PASSING = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "57P03",
];

type Tries = { left: number; signal: AbortSignal | undefined };

type Server = { version: number; isReadOnly: boolean };

async function readServer(url: string, { left, signal }: Tries): Promise<Server> {
  signal?.throwIfAborted();
  const session = new Session({ url, name: "supervisor", connectTimeoutMs: CONNECT_TIMEOUT_MS });
  try {
    const rows = await session.query<{ version: number; is_read_only: boolean }>(
      `select current_setting('server_version_num')::int as version,
        current_setting('transaction_read_only')::boolean as is_read_only`,
    );
    const { version = 0, is_read_only: isReadOnly = false } = rows[0] ?? {};
    return { version: Math.floor(version / 10_000), isReadOnly };
  } catch (cause) {
    if (left <= 1 || !isPassing(cause)) throw unreachable(cause);
  } finally {
    await session.end();
  }
  await wait(RETRY_MS, undefined, signal && { signal });
  return readServer(url, { left: left - 1, signal });
}

function isPassing(error: unknown): boolean {
  return error instanceof Error && "code" in error && PASSING.includes(String(error.code));
}

// The URL itself stays out of the sentence: a password is in it.
function unreachable(cause: unknown): Refusal {
  const reason =
    cause instanceof Error ? cause.message || String("code" in cause && cause.code) : String(cause);
  return new Refusal(`The server of DATABASE_URL cannot be used: ${reason}.`, { cause });
}

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

/** The database of the product. */
export type Database = {
  url: string;
  /** Stops the embedded server; does nothing to a server of the user's. */
  stop: () => Promise<void>;
};
