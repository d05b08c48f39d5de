import { setTimeout as wait } from "node:timers/promises";
import { POSTGRES_MAJOR } from "@overdue/postgres";
import { Session } from "@overdue/db";
import { Refusal } from "../refusal.ts";
import type { Database } from "./database.ts";
import { poolerProblem } from "./pooler.ts";

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
