import { randomBytes } from "node:crypto";

import { aProject, asAdministrator, testDatabase } from "@overdue/testkit";
import { afterAll, expect, inject, test } from "vitest";

import { openPool } from "../database.ts";
import { migrate } from "../migrate.ts";
import { createProjectRole, findMissing } from "./install.ts";
import { RowSecurity } from "./project-pool.ts";

const server = inject("postgresUrl");
const LOGIN = `plain_${randomBytes(6).toString("hex")}`;
await asAdministrator(server, async (session) => {
  await session.query(`create role ${LOGIN} login password 'test'`);
  await session.query(`create database ${LOGIN} owner ${LOGIN}`);
});
const url = Object.assign(new URL(server), { username: LOGIN, password: "test", pathname: LOGIN }).href;
const pool = openPool({ url, max: 3, name: "test" });
const sessions = openPool({ url, max: 3, name: "test" });
afterAll(async () => {
  await Promise.all([pool.end(), sessions.end()]);
  await asAdministrator(server, async (session) => {
    await session.query(`drop database ${LOGIN} with (force)`);
    await session.query(`drop role ${LOGIN}`);
  });
});

test("a login that may create no roles starts and works, with a sentence that says what is missing", async () => {
  await migrate(pool);
  expect(await findMissing(pool)).toBe("role");
  const { projectId } = await aProject(pool);
  const sentences: string[] = [];
  const rowSecurity = new RowSecurity({
    primary: pool,
    sessions,
    onMissing: (sentence) => sentences.push(sentence),
  });
  for (let times = 0; times < 2; times += 1)
    expect(await rowSecurity.poolOf(projectId).query("select id from projects", [])).toHaveLength(1);
  expect(sentences).toEqual([expect.stringContaining("GRANT overdue_app TO the login of DATABASE_URL")]);
});

test("once a superuser has made the role, the next start installs what is missing", async () => {
  await asAdministrator(server, (session) => createProjectRole(session, LOGIN));
  expect(await findMissing(pool)).toBe("tables");
  await migrate(pool);
  expect(await findMissing(pool)).toBeNull();
  const [mine] = [await aProject(pool), await aProject(pool)];
  const rowSecurity = new RowSecurity({ primary: pool, sessions, onMissing: expect.unreachable });
  const ids = await rowSecurity.poolOf(mine.projectId).query("select id from projects", []);
  expect(ids).toEqual([{ id: mine.projectId }]);
});

test("the owner of the tables still sees all of them, and dumps and loads them as before", async () => {
  await pool.transaction(async (client) => {
    // As pg_dump does: an error instead of a part of the rows.
    await client.query("set local row_security = off");
    expect((await client.query("select id from projects", [])).length).toBeGreaterThan(1);
    const stream = await client.copyIn("copy saved_views (id) from stdin");
    await new Promise((resolve) => stream.end(resolve));
  });
});

test("a new table is protected by the start that makes it", async () => {
  await pool.query("create table added (project_id uuid not null)", []);
  expect(await findMissing(pool)).toBe("tables");
  await migrate(pool);
  expect(await findMissing(pool)).toBeNull();
});

test(
  "a table that is locked for long does not keep the product from starting",
  { timeout: 60_000 },
  async () => {
    const { url: copy, drop } = await testDatabase();
    const other = openPool({ url: copy, max: 2, name: "test" });
    await other.query("create table added (project_id uuid not null)", []);
    await other.transaction(async (client) => {
      await client.query("lock table added in access share mode");
      await migrate(other);
      expect(await findMissing(other)).toBe("tables");
    });
    await other.end();
    await drop();
  },
);
