import { readFileSync } from "node:fs";
import { join } from "node:path";

import postgres from "postgres";

/** Connects to the embedded database of a running product. */
export function openDatabase(dataDirectory: string): postgres.Sql {
  const password = readFileSync(join(dataDirectory, "postgres-password"), "utf8").trim();
  const port = readFileSync(join(dataDirectory, "postgres", "postmaster.pid"), "utf8").split("\n")[3] ?? "";
  return postgres(`postgres://overdue:${password}@127.0.0.1:${port}/overdue`, { max: 1 });
}

const AGED = ["created_at", "last_ping_at", "last_start_at", "expected_at", "deadline_at", "wake_at"];

/** Makes everything that a check remembers `seconds` older, because tests do not change the clock. */
export async function ageCheck(database: postgres.Sql, checkId: string, seconds: number): Promise<void> {
  const columns = AGED.map((column) => `${column} = ${column} - ${seconds} * interval '1 second'`).join(", ");
  await database.begin(async (sql) => {
    const [check] = await sql`select memory from checks where id = ${checkId} for update`;
    const memory = JSON.stringify(older(check?.["memory"], seconds * 1_000));
    await sql`update checks set ${sql.unsafe(columns)}, memory = ${memory}::text::json where id = ${checkId}`;
  });
}

/** Numbers from this size on can only be instants in epoch milliseconds. */
const INSTANT_MIN = 1_000_000_000_000;

function older(value: unknown, ms: number): unknown {
  if (typeof value === "number") return value > INSTANT_MIN ? value - ms : value;
  if (Array.isArray(value)) return value.map((item) => older(item, ms));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, older(item, ms)]));
}
