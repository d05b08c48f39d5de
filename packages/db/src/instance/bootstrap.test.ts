import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";
import { openDb } from "../database.ts";
import { bootstrap } from "./first-start.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

const FIRST = {
  email: "Me@Example.org",
  passwordHash: "hash",
  project: "Nightly",
  apiKey: "a-key-that-writes",
  readonlyKey: "a-key-that-reads",
  pingKey: "a-key-that-pings",
};

test("two first starts at once make one account, one project and its keys, and later ones leave them", async () => {
  const made = await Promise.all([
    bootstrap(db, FIRST),
    bootstrap(db, { ...FIRST, email: "other@example.org" }),
  ]);
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(await bootstrap(db, { ...FIRST, project: "Other" })).toBe(false);
  const rows = await database.pool.query(
    `select p.name, p.ping_key, m.role, a.provider_id, array_agg(k.scope::text order by k.scope) as scopes
     from projects p join members m on m.project_id = p.id join accounts a on a.user_id = m.user_id
     join api_keys k on k.project_id = p.id group by 1, 2, 3, 4`,
  );
  expect(rows).toEqual([
    {
      name: "Nightly",
      ping_key: FIRST.pingKey,
      role: "owner",
      provider_id: "credential",
      scopes: ["read", "write"],
    },
  ]);
});
