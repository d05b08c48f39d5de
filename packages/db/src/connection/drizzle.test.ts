import { randomUUID } from "node:crypto";

import { aProject, testDatabase } from "@overdue/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, expect, test } from "vitest";

import { inTransaction, openDb } from "../database.ts";
import { projects } from "../schema/index.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const draft = (name: string) => ({ name, pingKey: randomUUID(), badgeKey: randomUUID() });
const namesLike = async (prefix: string) =>
  (
    await db
      .select({ name: projects.name })
      .from(projects)
      .where(sql`${projects.name} like ${`${prefix}%`}`)
  )
    .map(({ name }) => name)
    .toSorted();

test("a row is read by its columns, with instants as dates", async () => {
  const { projectId } = await aProject(pool);
  const [row] = await db.select().from(projects).where(eq(projects.id, projectId));
  expect(row).toMatchObject({ id: projectId, createdAt: expect.any(Date) });
});

test("a change says how many rows it changed", async () => {
  await db.insert(projects).values([draft("count 1"), draft("count 2")]);
  const { count } = await db
    .update(projects)
    .set({ name: "counted" })
    .where(sql`name like 'count _'`);
  expect(count).toBe(2);
  expect((await db.execute(sql`delete from projects where name = 'counted'`)).count).toBe(2);
});

test("a transaction that throws leaves nothing, and its session goes back to the pool", async () => {
  const work = db.transaction(async (tx) => {
    await tx.insert(projects).values(draft("thrown away"));
    throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  expect(await namesLike("thrown away")).toEqual([]);
  expect(pool.idleCount).toBe(pool.totalCount);
});

test("a transaction inside another one is undone alone, and the outer one goes on", async () => {
  await db.transaction(async (tx) => {
    await tx.insert(projects).values(draft("nested: outer"));
    await tx
      .transaction(async (inner) => {
        await inner.insert(projects).values(draft("nested: undone"));
        await inner.execute(sql`select 1 / 0`);
      })
      .catch(() => undefined);
    await tx.transaction(async (inner) => {
      await inner.insert(projects).values(draft("nested: kept"));
      await inner
        .transaction(async (innermost) => {
          await innermost.insert(projects).values(draft("nested: undone, too"));
          throw new Error("no");
        })
        .catch(() => undefined);
    });
  });
  expect(await namesLike("nested")).toEqual(["nested: kept", "nested: outer"]);
});

test("Drizzle on a lent session writes inside the transaction of that session", async () => {
  const work = inTransaction(pool, async (client) => {
    await openDb(client).insert(projects).values(draft("inside"));
    expect(await client.query("select from projects where name = 'inside'")).toHaveLength(1);
    throw new Error("no");
  });
  await expect(work).rejects.toThrow("no");
  expect(await namesLike("inside")).toEqual([]);
});
