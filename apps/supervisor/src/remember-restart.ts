import { setTimeout as wait } from "node:timers/promises";
import { noteRestart, openDb, openPool, type Restart } from "@overdue/db";
import type { Database } from "./database/database.ts";

const TRIES = 5;
const AGAIN_MS = 5_000;

/**
 * Has the operator page tell that a program was started again. The database may be what is in trouble: it is tried for
 * a while, and then given up, since the terminal and the log have told it too.
 */
export function rememberRestart(database: Database | null, restart: Restart): void {
  if (database !== null) void remember(database.url, restart);
}

async function remember(url: string, restart: Restart): Promise<void> {
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
