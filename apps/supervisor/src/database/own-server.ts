import { setTimeout as wait } from "node:timers/promises";
import { Session } from "@overdue/db";
import { POSTGRES_MAJOR } from "@overdue/postgres";
import { Refusal } from "../refusal.ts";

/** `direct`: the server itself, if `url` leads to a pooler; null: it does not. */
type Addresses = { url: string; direct: string | null };

/**
 * Checks the servers of DATABASE_URL and DATABASE_DIRECT_URL. A server that is just starting is waited for half a minute,
 * unless `signal` ends the start before.
 *
 * @throws Refusal if a server cannot be reached, is too old, or is behind a pooler and no direct address is given.
 */
export async function openOwnServer(
  { url, direct }: Addresses,
  options: { signal?: AbortSignal } = {},
): Promise<Database> {
  const tries = { left: TRIES, signal: options.signal };
  const server = await readServer(url, tries);
  const { version, isReadOnly } = server;
  if (version < POSTGRES_MAJOR) {
    throw new Refusal(
      `DATABASE_URL leads to PostgreSQL ${version}; Overdue needs ${POSTGRES_MAJOR} or newer. Without DATABASE_URL it brings its own.`,
    );
  }
  if (direct !== null) assertSameServer(server, await readServer(direct, { ...tries, name: DIRECT }));
  const name = direct === null ? POOLED : DIRECT;
  const problem = await poolerProblem(direct ?? url, name).catch((cause: unknown) => {
    throw unreachable(cause, name);
  });
  if (problem !== null) throw new Refusal(problem);
  if (isReadOnly)
    throw new Refusal(
      "The server of DATABASE_URL is read-only: it may be a standby, or its disk may be full. Overdue starts once it can write there.",
    );
  return { url, directUrl: direct ?? url, stop: () => Promise.resolve() };
}

/** The variables that name a server. */
const [POOLED, DIRECT] = ["DATABASE_URL", "DATABASE_DIRECT_URL"];

/** @throws Refusal if they differ: pings stored in one database and evaluated in another would all count as missed */
function assertSameServer(server: Server, direct: Server): void {
  if (server.identity === direct.identity) return;
  throw new Refusal(
    "DATABASE_URL and DATABASE_DIRECT_URL lead to different servers or databases; both must lead to the same one.",
  );
}

const CONNECT_TIMEOUT_MS = 5_000;
const RETRY_MS = 500;
const TRIES = 60;
// Refused, reset, unknown for now, or "the database system is starting up" (57P03): these may pass by themselves.
const TEMPORARY_CODES = [
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "CONNECT_TIMEOUT",
  "57P03",
];

type Tries = { left: number; signal: AbortSignal | undefined; name?: string };

/** `identity` is the same for every address that leads to the same database of the same running server. */
type Server = { version: number; isReadOnly: boolean; identity: string };

async function readServer(url: string, { left, signal, name = POOLED }: Tries): Promise<Server> {
  signal?.throwIfAborted();
  const session = new Session({ url, name: "supervisor", connectTimeoutMs: CONNECT_TIMEOUT_MS });
  try {
    const rows = await session.query<{ version: number; is_read_only: boolean; identity: string }>(
      `select current_setting('server_version_num')::int as version,
        current_setting('transaction_read_only')::boolean as is_read_only,
        current_database() || ' ' || extract(epoch from pg_postmaster_start_time()) as identity`,
    );
    const { version = 0, is_read_only: isReadOnly = false, identity = "" } = rows[0] ?? {};
    return { version: Math.floor(version / 10_000), isReadOnly, identity };
  } catch (cause) {
    if (left <= 1 || !isTemporary(cause)) throw unreachable(cause, name);
  } finally {
    await session.end();
  }
  await wait(RETRY_MS, undefined, signal && { signal });
  return readServer(url, { left: left - 1, signal, name });
}

function isTemporary(error: unknown): boolean {
  return error instanceof Error && "code" in error && TEMPORARY_CODES.includes(String(error.code));
}

// The sentence does not contain the URL, because there is a password in it.
function unreachable(cause: unknown, name: string): Refusal {
  const reason =
    cause instanceof Error ? cause.message || String("code" in cause && cause.code) : String(cause);
  return new Refusal(`The server of ${name} cannot be used: ${reason}.`, { cause });
}

/** Settings requested at the start of a connection, as the product's pools do; a pooler may refuse or silently drop them. */
const PROBE_SETTINGS = { statement_timeout: 12_345, options: "-c search_path=overdue_probe" };
const PROBE_RESULT = "12345ms overdue_probe";
const WAIT_MS = 5_000;

/** What to do about a pooler, by the variable that leads to it. */
const SOLUTIONS: Record<string, string> = {
  DATABASE_URL:
    "Set DATABASE_DIRECT_URL to the PostgreSQL server itself (often port 5432) beside it; or set DATABASE_URL to that server and leave the pooler out: a few dozen connections are all that Overdue opens.",
  DATABASE_DIRECT_URL: "It must be the PostgreSQL server itself (often port 5432).",
};

/**
 * Why a connection pooler in front of the server cannot be used, as a sentence with the way out; null if there is no
 * pooler, or one that keeps a connection for a whole session.
 */
export async function poolerProblem(url: string, name = POOLED): Promise<string | null> {
  const leads = `${name} leads to a connection pooler, such as PgBouncer, that`;
  const solution = SOLUTIONS[name];
  const [one, two] = [probe(url), probe(url)];
  try {
    const [rows] = await Promise.all([
      one.query<{ kept: string }>(
        "select current_setting('statement_timeout') || ' ' || current_setting('search_path') as kept",
      ),
      two.query("select"),
    ]);
    if (rows[0]?.kept !== PROBE_RESULT)
      return `${leads} drops the settings of a connection (statement_timeout and search_path). ${solution}`;
    return (await keepsSession(one, two))
      ? null
      : `${leads} lends a connection for one transaction only (pool_mode=transaction or statement); migrations, LISTEN and the queue need one that lasts. ${solution}`;
  } catch (error) {
    const refused = /unsupported startup parameter.*/i.exec(error instanceof Error ? error.message : "")?.[0];
    if (refused === undefined) throw error;
    return `${leads} refuses what Overdue asks of a connection (${refused}). ${solution}`;
  } finally {
    await Promise.all([one.end(), two.end()]);
  }
}

function probe(url: string): Session {
  return new Session({ url, name: "probe", connectTimeoutMs: WAIT_MS, settings: PROBE_SETTINGS });
}

/** Whether a setting of one client is kept in its next transaction, while the other client holds a connection. */
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

/** The database of the product. `directUrl`: the server itself, even if `url` leads to a pooler. */
export type Database = {
  url: string;
  directUrl: string;
  /** Stops the embedded server; does nothing to the user's own server. */
  stop: () => Promise<void>;
};
