import { readFileSync } from "node:fs";
import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { migrate, UnsupportedSchema } from "./migrate.ts";

const database = await testDatabase();
afterAll(() => database.drop());

test("a database that is up to date is left as it is", async () => {
  const before = await appliedCount();
  await migrate(database.pool);
  expect(await appliedCount()).toBe(before);
});

test("the migration gives Overdue's own reading to lines that plain cron reads in another way", async () => {
  const sql = readFileSync(new URL("../migrations/0001_keep_cron_readings.sql", import.meta.url), "utf8");
  // The statement's own expressions are tried on rows instead of on a table.
  const lines = ["0 0 L * *", "0 4 * * MON#2", "5/10 * * * *", "*/5 9-17 * JUL 1-5", "30 2 * * *"];
  const rows = lines.map((expression) => ({ kind: "cron", expression, timezone: "UTC" }));
  const [schedules] = await database.pool.query<{ all: { scheduler?: string }[] }>(
    `with checks as (select value as schedule from jsonb_array_elements($1::jsonb) with ordinality order by ordinality)
     select jsonb_agg(${/SET "schedule" = (.*)$/m.exec(sql)?.[1]}) filter (${sql.slice(sql.indexOf("WHERE")).replace(/WHERE/, "where").replace(/;\s*$/, "")}) as all from checks`,
    [JSON.stringify(rows)],
  );
  expect(schedules?.all.map(({ scheduler }) => scheduler)).toEqual(["overdue", "overdue", "overdue"]);
});

async function appliedCount(): Promise<number> {
  const [row] = await database.pool.query<{ count: number }>(
    "select count(*)::int as count from drizzle.__drizzle_migrations",
  );
  return row?.count ?? 0;
}

test("a database from before the first release is refused with a sentence, and left as it is", async () => {
  await database.pool.query("update drizzle.__drizzle_migrations set created_at = created_at - 1");
  await expect(migrate(database.pool)).rejects.toThrow(UnsupportedSchema);
  await expect(migrate(database.pool)).rejects.toThrow("Start it with an empty DATA_DIR or database");
});
