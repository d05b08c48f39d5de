import { setTimeout as wait } from "node:timers/promises";
import { noteRestart, openDb, openPool, type Restart } from "@overdue/db";
import type { Database } from "./database/database.ts";

const TRIES = 5;
const AGAIN_MS = 5_000;

/**
 * Stores that a program was started again, for the operator page. Where the database does not work it is tried for a while
 * and then given up, because the terminal and the log say it too.
 */
export function rememberRestart(database: Database | null, restart: Restart): void {
  if (database !== null) void store(database.url, restart);
}

async function store(url: string, restart: Restart): Promise<void> {
  for (let left = TRIES; left > 0; left -= 1) {
    const pool = openPool({ url, max: 1, name: "supervisor" });
    try {
      return await noteRestart(openDb(pool), restart);
    } catch {
      await wait(AGAIN_MS, undefined, { ref: false });
    } finally {
      await pool.end().catch(() => undefined);
    }
  }
}
