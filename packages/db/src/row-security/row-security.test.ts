import { aCheck, aProject, pgBouncerMissing, startPgBouncer, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, inject, test } from "vitest";

import { asOneTransaction } from "../connection/pool.ts";
import { openDb, openPool } from "../database.ts";
import { findMissing, PROJECT_ROLE } from "./install.ts";
import { acrossProjects, RowSecurity } from "./project-pool.ts";

const database = await testDatabase();
const { pool } = database;
const sessions = openPool({ url: database.url, max: 3, name: "test" });
const bouncer = pgBouncerMissing
  ? null
  : await startPgBouncer(inject("postgresUrl"), "pool_mode = transaction");
afterAll(async () => {
  await sessions.end();
  await bouncer?.stop();
  await database.drop();
});

const rowSecurity = new RowSecurity({ primary: pool, sessions, onMissing: expect.unreachable });
const [mine, other] = [await aProject(pool), await aProject(pool)];
const [myCheck, otherCheck] = [await aCheck(pool, mine), await aCheck(pool, other)];

type Table = { name: string; column: string };
const tables = await pool.query<Table>(
  `select c.relname as name, a.attname as "column" from pg_class c
   join pg_attribute a on a.attrelid = c.oid and a.attname in ('project_id', 'id') and not a.attisdropped
   where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
     and (a.attname = 'project_id' or c.relname = 'projects') order by 1`,
  [],
);
const inProject = ({ name, column }: Table, condition: string) =>
  `select count(*)::int as count from ${name} where ${column} ${condition}`;

test("each table with a project has a policy that restricts the role of requests, and leaves all other roles alone", async () => {
  expect(tables.length).toBeGreaterThan(35);
  const policies = await pool.query<{ name: string }>(
    `select c.relname as name from pg_policy p join pg_class c on c.oid = p.polrelid
     where c.relrowsecurity and not p.polpermissive and p.polroles = array[to_regrole($1)::oid]
       and p.polcmd = '*' order by 1`,
    [PROJECT_ROLE],
  );
  expect(policies.map(({ name }) => name)).toEqual(tables.map(({ name }) => name));
});

test("the role of requests is no login, owns nothing and passes by no policy", async () => {
  const [role] = await pool.query(
    `select rolcanlogin, rolsuper, rolbypassrls, rolcreaterole,
       (select count(*)::int from pg_class where relowner = r.oid) as owned
     from pg_roles r where rolname = $1`,
    [PROJECT_ROLE],
  );
  expect(role).toEqual({
    rolcanlogin: false,
    rolsuper: false,
    rolbypassrls: false,
    rolcreaterole: false,
    owned: 0,
  });
});

describe.each(tables)("$name", (table) => {
  test("shows no row where no project is named", async () => {
    const count = await pool.transaction(async (client) => {
      await client.query(`set local role ${PROJECT_ROLE}`);
      const [found] = await client.query<{ count: number }>(inProject(table, "is not null"), []);
      return found?.count;
    });
    expect(count).toBe(0);
  });

  test("shows no row of another project", async () => {
    const [found] = await rowSecurity
      .poolOf(mine.projectId)
      .query<{ count: number }>(inProject(table, "<> $1"), [mine.projectId]);
    expect(found?.count).toBe(0);
  });
});

test("of two projects' checks, a request of one sees, changes and deletes its own alone", async () => {
  const within = rowSecurity.poolOf(mine.projectId);
  const seen = await within.query("select id from checks", []);
  expect(seen).toEqual([{ id: myCheck.id }]);
  expect((await within.query("update checks set name = 'x'", [])).count).toBe(1);
  expect((await within.query("delete from checks where id = $1", [otherCheck.id])).count).toBe(0);
});

test("a row of another project can neither be made nor be moved there", async () => {
  const within = rowSecurity.poolOf(mine.projectId);
  const insert = "insert into saved_views (project_id, name, search) values ($1, 'x', '{}')";
  await expect(within.query(insert, [other.projectId])).rejects.toThrow("row-level security policy");
  await within.query(insert, [mine.projectId]);
  await expect(within.query("update saved_views set project_id = $1", [other.projectId])).rejects.toThrow(
    "row-level security policy",
  );
});

test("what proves who somebody is can be read by no request in a project", async () => {
  for (const table of ["accounts", "sessions", "passkeys", "authenticators", "recovery_codes"])
    await expect(rowSecurity.poolOf(mine.projectId).query(`select from ${table}`, [])).rejects.toThrow(
      `permission denied for table ${table}`,
    );
});

test("a request in a project cannot change the audit log", async () => {
  for (const statement of ["delete from audit_entries", "update audit_entries set action = 'x'"])
    await expect(rowSecurity.poolOf(mine.projectId).query(statement, [])).rejects.toThrow(
      "permission denied for table audit_entries",
    );
});

test("a transaction that is begun inside another one stays in the project", async () => {
  const names = await asOneTransaction(rowSecurity.poolOf(mine.projectId), (inside) =>
    openDb(inside).transaction((tx) => tx.query.projects.findMany({ columns: { id: true } })),
  );
  expect(names).toEqual([{ id: mine.projectId }]);
});

test("sessions that were lent to one project are in the next one for another, also after an error", async () => {
  const visibleProjects = async (projectId: string) => {
    const within = rowSecurity.poolOf(projectId);
    const reads = Array.from({ length: 9 }, () =>
      within.query<{ id: string }>("select id from projects", []),
    );
    await expect(within.query("select 1 / 0", [])).rejects.toThrow("division by zero");
    return new Set((await Promise.all(reads)).flat().map(({ id }) => id));
  };
  for (const { projectId } of [mine, other, mine])
    expect(await visibleProjects(projectId)).toEqual(new Set([projectId]));
  const both = await Promise.all([visibleProjects(mine.projectId), visibleProjects(other.projectId)]);
  expect(both).toEqual([new Set([mine.projectId]), new Set([other.projectId])]);
});

// As with a read replica, whose sessions serve requests of all kinds.
test("sessions that serve others too are in the project for one transaction, and then have all their rights", async () => {
  const shared = openPool({ url: database.url, max: 1, name: "test" });
  const within = rowSecurity.poolOf(mine.projectId, shared);
  expect(await within.query("select id from projects", [])).toEqual([{ id: mine.projectId }]);
  await expect(within.query("select 1 / 0", [])).rejects.toThrow("division by zero");
  const [row] = await shared.query(
    "select current_user = session_user as own, count(*)::int from projects",
    [],
  );
  expect(row).toEqual({ own: true, count: 2 });
  await shared.end();
});

test.skipIf(bouncer === null)(
  "behind PgBouncer, which lends a session for a transaction, projects stay apart",
  async () => {
    const url = Object.assign(new URL(bouncer?.url ?? ""), { pathname: new URL(database.url).pathname });
    url.searchParams.set("pooled", "true");
    const pooled = openPool({ url: url.href, max: 4, name: "test" });
    const pooledSecurity = new RowSecurity({
      primary: pooled,
      sessions: pooled,
      onMissing: expect.unreachable,
    });
    const turns = Array.from({ length: 40 }, async (_, turn) => {
      const { projectId } = turn % 2 === 0 ? mine : other;
      const within = pooledSecurity.poolOf(projectId);
      const found = await within.query("select id from projects", []);
      const inside = await within.transaction((client) => client.query("select id from projects", []));
      expect([found, inside]).toEqual([[{ id: projectId }], [{ id: projectId }]]);
      expect(await pooled.query("select id from projects", [])).toHaveLength(2);
    });
    await Promise.all(turns);
    await pooled.end();
  },
);

test("a question about several projects is asked explicitly, and ends with it", async () => {
  const db = openDb(rowSecurity.poolOf(mine.projectId));
  const counts = await db.transaction(async (tx) => {
    const all = await acrossProjects(tx, (inside) => inside.query.projects.findMany());
    return [all.length, (await tx.query.projects.findMany()).length];
  });
  expect(counts).toEqual([2, 1]);
});

test("asked in a session whose transaction is under way, it neither ends that transaction nor leaves its rights", async () => {
  const within = rowSecurity.poolOf(mine.projectId);
  const work = within.transaction(async (client) => {
    const db = openDb(client);
    await db.execute("update projects set name = 'kept by mistake'");
    expect(await acrossProjects(db, (all) => all.query.projects.findMany())).toHaveLength(2);
    await acrossProjects(db, () => Promise.reject(new Error("no"))).catch(() => undefined);
    expect(await db.query.projects.findMany()).toHaveLength(1);
    throw new Error("undo");
  });
  await expect(work).rejects.toThrow("undo");
  expect(await within.query("select from projects where name = 'kept by mistake'", [])).toHaveLength(0);
});

test("what was installed is complete, and is found so again", async () => {
  expect(await findMissing(pool)).toBeNull();
});
