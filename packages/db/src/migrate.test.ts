import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { migrate, UnsupportedSchema } from "./migrate.ts";

const database = await testDatabase();
afterAll(() => database.drop());

test("a database that is up to date is left as it is", async () => {
  await migrate(database.pool);
  const [row] = await database.pool.query<{ count: number }>(
    "select count(*)::int as count from drizzle.__drizzle_migrations",
  );
  expect(row?.count).toBe(1);
});

test("a database from before the first release is refused with a sentence, and left as it is", async () => {
  await database.pool.query("update drizzle.__drizzle_migrations set created_at = created_at - 1");
  await expect(migrate(database.pool)).rejects.toThrow(UnsupportedSchema);
  await expect(migrate(database.pool)).rejects.toThrow("Start it with an empty DATA_DIR or database");
});
