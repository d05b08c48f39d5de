import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Client } from "pg";

/** Connects to the embedded database of a running product. */
export async function openDatabase(dataDirectory: string): Promise<Client> {
  const password = readFileSync(join(dataDirectory, "postgres-password"), "utf8").trim();
  const port = readFileSync(join(dataDirectory, "postgres", "postmaster.pid"), "utf8").split("\n")[3] ?? "";
  const client = new Client({ connectionString: `postgres://overdue:${password}@127.0.0.1:${port}/overdue` });
  await client.connect();
  return client;
}

const AGED = ["created_at", "last_ping_at", "last_start_at", "expected_at", "deadline_at", "wake_at"];

/**
 * Makes everything that a check remembers `seconds` older, as if it had happened earlier: tests move the data and
 * leave the clock alone.
 */
export async function ageCheck(database: Client, checkId: string, seconds: number): Promise<void> {
  await database.query("begin");
  const { rows } = await database.query("select memory from checks where id = $1 for update", [checkId]);
  const columns = AGED.map((column) => `${column} = ${column} - $2 * interval '1 second'`).join(", ");
  await database.query(`update checks set ${columns}, memory = $3 where id = $1`, [
    checkId,
    seconds,
    JSON.stringify(older(rows[0]?.memory, seconds * 1_000)),
  ]);
  await database.query("commit");
}

/** Numbers of this size can only be instants in epoch milliseconds. */
const INSTANT_MIN = 1_000_000_000_000;

function older(value: unknown, ms: number): unknown {
  if (typeof value === "number") return value > INSTANT_MIN ? value - ms : value;
  if (Array.isArray(value)) return value.map((item) => older(item, ms));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, older(item, ms)]));
}
