import { randomUUID } from "node:crypto";

import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { deleteCheck } from "../checks/write-check.ts";
import { openDb } from "../database.ts";
import { listRefusedPings, type Refusal, storeRefusals } from "./refused-pings.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const NOW = Date.now();
const PAGE = { limit: 300, after: null };

function aRefusal(owner: Refusal["owner"], more: Partial<Refusal> = {}): Refusal {
  const base = { reason: "unknown-slug", asked: "/nightly", count: 1, firstAt: NOW, lastAt: NOW } as const;
  return { owner, ...base, method: "GET", remoteAddress: "203.0.113.7", userAgent: "curl", ...more };
}

const byKey = (pingKey: string, slug = "nightly") => ({ kind: "key" as const, pingKey, slug });
const byUuid = (pingUuid: string) => ({ kind: "uuid" as const, pingUuid });

describe("pings that did not count", () => {
  test("and said the same are one row, with their number, the first time and the last sender", async () => {
    const { projectId, pingKey } = await aProject(pool);
    const owner = byKey(pingKey);
    await storeRefusals(pool, [aRefusal(owner, { count: 3 })]);
    const later = { firstAt: NOW + 1_000, lastAt: NOW + 2_000, count: 2, method: "POST", userAgent: "wget" };
    await storeRefusals(pool, [aRefusal(owner, later)]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toMatchObject([
      { count: 5, firstAt: new Date(NOW), lastAt: new Date(NOW + 2_000), method: "POST", userAgent: "wget" },
    ]);
  });

  test("and came twice in one batch are one row too", async () => {
    const { projectId, pingKey } = await aProject(pool);
    const owner = byKey(pingKey);
    await storeRefusals(pool, [aRefusal(owner), aRefusal(owner, { lastAt: NOW + 500, userAgent: "wget" })]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toMatchObject([{ count: 2, userAgent: "wget" }]);
  });

  test("of one check are its own, by its uuid or by a slug that one check has", async () => {
    const { projectId, pingKey } = await aProject(pool);
    const check = await aCheck(pool, { projectId, details: { slug: "nightly" } });
    await storeRefusals(pool, [
      aRefusal(byUuid(check.pingUuid), { reason: "method" }),
      aRefusal(byKey(pingKey), { reason: "paused" }),
      aRefusal(byKey(pingKey, "other")),
    ]);
    const ofCheck = await listRefusedPings(db, { projectId, checkId: check.id }, PAGE);
    expect(ofCheck.map(({ reason }) => reason).toSorted()).toEqual(["method", "paused"]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toHaveLength(3);
  });

  test("are nobody's where two checks have the slug, or the check was deleted", async () => {
    const { projectId, pingKey } = await aProject(pool);
    const [one] = [
      await aCheck(pool, { projectId, details: { slug: "nightly" } }),
      await aCheck(pool, { projectId, details: { slug: "nightly" } }),
    ];
    await storeRefusals(pool, [aRefusal(byKey(pingKey), { reason: "ambiguous-slug" })]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toMatchObject([{ checkId: null }]);
    await deleteCheck(db, { projectId, checkId: one.id });
    await storeRefusals(pool, [aRefusal(byUuid(one.pingUuid), { reason: "method" })]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toHaveLength(1);
  });

  test("to an unknown key or uuid are dropped, and do not keep others from being stored", async () => {
    const { projectId, pingKey } = await aProject(pool);
    await storeRefusals(pool, [
      aRefusal(byKey("nobody's key")),
      aRefusal(byKey(pingKey)),
      aRefusal(byUuid(randomUUID())),
    ]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toHaveLength(1);
  });

  test("are counted to the end of what a column holds, and no further", async () => {
    const { projectId, pingKey } = await aProject(pool);
    for (const count of [2_147_483_000, 2_147_483_000])
      await storeRefusals(pool, [aRefusal(byKey(pingKey), { count })]);
    expect(await listRefusedPings(db, { projectId }, PAGE)).toMatchObject([{ count: 2_147_483_647 }]);
  });

  test("fill 200 rows of a project at most, of which the newest stay", async () => {
    const [{ projectId, pingKey }, other] = [await aProject(pool), await aProject(pool)];
    await storeRefusals(pool, [aRefusal(byKey(other.pingKey))]);
    const many = Array.from({ length: 250 }, (_, n) =>
      aRefusal(byKey(pingKey), { asked: `/${n}`, firstAt: NOW + n, lastAt: NOW + n }),
    );
    await storeRefusals(pool, many);
    const kept = await listRefusedPings(db, { projectId }, PAGE);
    expect(kept).toHaveLength(200);
    expect([kept[0]?.asked, kept.at(-1)?.asked]).toEqual(["/249", "/50"]);
    expect(await listRefusedPings(db, { projectId: other.projectId }, PAGE)).toHaveLength(1);
  });

  test("are read a page at a time, none twice and none left out, also of one instant", async () => {
    const { projectId, pingKey } = await aProject(pool);
    await storeRefusals(
      pool,
      Array.from({ length: 5 }, (_, n) => aRefusal(byKey(pingKey), { asked: `/${n}` })),
    );
    const seen: string[] = [];
    for (let after: { at: Date; id: string } | null = null; ;) {
      const page = await listRefusedPings(db, { projectId }, { limit: 2, after });
      seen.push(...page.map(({ asked }) => asked));
      const last = page.at(-1);
      if (last === undefined) break;
      after = { at: last.lastAt, id: last.id };
    }
    expect(seen.toSorted()).toEqual(["/0", "/1", "/2", "/3", "/4"]);
  });
});
