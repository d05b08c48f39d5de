import { randomUUID } from "node:crypto";

import { aCheck, anArrival, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { openDb } from "../database.ts";
import { ALONE, recordPings } from "../transitions/record-pings.ts";
import { findByToken, listAliases, setAliases } from "./aliases.ts";
import { declareCheck } from "./declare-check.ts";
import { deleteCheck } from "./write-check.ts";

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

const aToken = () => randomUUID().replaceAll("-", "").slice(0, 24);
const kuma = (key: string) => ({ product: "uptime-kuma", key }) as const;
const cronitor = (key: string) => ({ product: "cronitor", key }) as const;

async function world() {
  const { projectId, pingKey } = await aProject(pool);
  const check = await aCheck(pool, { projectId, details: { name: "Nightly", slug: "nightly" } });
  const ref = { projectId, checkId: check.id };
  const ping = async (slug: string) =>
    (
      await recordPings(pool, [anArrival({ kind: "slug", pingKey, slug, create: true }, Date.now())], ALONE)
    )[0];
  return { projectId, pingKey, check, ref, ping };
}

describe("a token of another product", () => {
  test("finds its check, until it is taken off or the check is deleted", async () => {
    const { ref, check } = await world();
    const [one, other] = [aToken(), aToken()];
    await setAliases(db, ref, [kuma(one), kuma(other), kuma(one)]);
    expect(await listAliases(db, ref)).toEqual([kuma(one), kuma(other)]);
    expect(await findByToken(pool, one)).toBe(check.pingUuid);
    await setAliases(db, ref, [kuma(other)]);
    expect(await findByToken(pool, one)).toBeNull();
    await deleteCheck(db, ref);
    expect(await findByToken(pool, other)).toBeNull();
  });

  test("belongs to the check that names it first, also when two name it at once", async () => {
    const [mine, other] = [await world(), await world()];
    const token = aToken();
    const claims = await Promise.allSettled([
      setAliases(db, mine.ref, [kuma(token)]),
      setAliases(db, other.ref, [kuma(token)]),
    ]);
    expect(claims.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const owner = [mine, other][claims.findIndex(({ status }) => status === "fulfilled")];
    expect(await findByToken(pool, token)).toBe(owner?.check.pingUuid);
  });

  test("that another project has is refused without a word about whose it is, and nothing changes", async () => {
    const [mine, other] = [await world(), await world()];
    const [token, own] = [aToken(), aToken()];
    await setAliases(db, mine.ref, [kuma(token)]);
    await setAliases(db, other.ref, [kuma(own)]);
    const claim = setAliases(db, other.ref, [kuma(own), kuma(token)]);
    await expect(claim).rejects.toMatchObject({ index: 1, message: expect.not.stringContaining("Nightly") });
    expect(await listAliases(db, other.ref)).toEqual([kuma(own)]);
  });

  test("that a check of the same project has is refused with its name", async () => {
    const { projectId, ref } = await world();
    const second = await aCheck(pool, { projectId });
    const token = aToken();
    await setAliases(db, ref, [kuma(token)]);
    const claim = setAliases(db, { projectId, checkId: second.id }, [kuma(token)]);
    await expect(claim).rejects.toThrow("The check “Nightly” of this project has it");
  });

  test("cannot be the UUID of another check's ping URL", async () => {
    const [mine, other] = [await world(), await world()];
    await expect(
      setAliases(db, other.ref, [{ product: "checkly", key: mine.check.pingUuid }]),
    ).rejects.toThrow("cannot be used here");
  });
});

describe("a key that comes with a key of the project", () => {
  test("is one more slug of the check, and makes no second one", async () => {
    const { ref, check, ping, projectId } = await world();
    await setAliases(db, ref, [cronitor("x7Kd2p")]);
    expect(await ping("x7kd2p")).toMatchObject({ kind: "recorded", checkId: check.id, created: false });
    const [{ count } = { count: 0 }] = await pool.query<{ count: number }>(
      "select count(*)::int as count from checks where project_id = $1",
      [projectId],
    );
    expect(count).toBe(1);
  });

  test("is another check's in another project", async () => {
    const [mine, other] = [await world(), await world()];
    await setAliases(db, mine.ref, [cronitor("same")]);
    await setAliases(db, other.ref, [cronitor("same")]);
    expect(await mine.ping("same")).toMatchObject({ checkId: mine.check.id });
    expect(await other.ping("same")).toMatchObject({ checkId: other.check.id });
  });

  test("cannot be the slug of another check", async () => {
    const { projectId, ref } = await world();
    await aCheck(pool, { projectId, details: { name: "Weekly", slug: "weekly" } });
    await expect(setAliases(db, ref, [cronitor("Weekly")])).rejects.toThrow(
      "is the slug of the check “Weekly”",
    );
  });

  test("keeps a client's own description from making a second check", async () => {
    const { ref, pingKey, projectId } = await world();
    await setAliases(db, ref, [{ product: "sentry", key: "their-slug" }]);
    const settings = { schedule: { kind: "interval", everySeconds: 60 } } as const;
    await declareCheck(pool, { pingKey, slug: "their-slug", name: "x", settings }, Date.now());
    const rows = await pool.query("select 1 from checks where project_id = $1", [projectId]);
    expect(rows).toHaveLength(1);
  });
});
