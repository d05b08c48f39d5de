import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Lease = { held: boolean; fence: number; host: string; since: string; expiresAt: string };

/** A check, and how two runs on two hosts ask for its lease. */
async function withCheck() {
  const someone = await person(api);
  const schedule = { kind: "interval", everySeconds: 3_600 };
  const { id, pingUrl } = await read<{ id: string; pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, { schedule }),
  );
  const check = pingUrl.split("/ping/")[1] ?? "";
  const asker =
    (host: string, owner = randomUUID()) =>
    async (ttlSeconds: number) =>
      await read<Lease>(await api.call("POST", "/v1/lease", { json: { check, owner, host, ttlSeconds } }));
  const expire = () =>
    api.deps.pool.query("update job_leases set expires_at = clock_timestamp() where check_id = $1", [id]);
  return { asker, expire };
}

test("one run holds the lease until it gives it back, and each holder has a greater number", async () => {
  const { asker } = await withCheck();
  const [one, other] = [asker("db1"), asker("db2")];
  const first = await one(60);
  expect(first).toMatchObject({ held: true, host: "db1" });
  expect(await other(60)).toMatchObject({ held: false, host: "db1", fence: first.fence, since: first.since });
  expect(await one(60)).toMatchObject({ held: true, fence: first.fence, since: first.since });
  await one(0);
  expect(await other(60)).toMatchObject({ held: true, host: "db2", fence: first.fence + 1 });
});

test("a lease that is over is the next one's, and its former holder cannot renew it then", async () => {
  const { asker, expire } = await withCheck();
  const [one, other] = [asker("db1"), asker("db2")];
  const { fence } = await one(60);
  await expire();
  expect(await other(60)).toMatchObject({ held: true, fence: fence + 1 });
  expect(await one(60)).toMatchObject({ held: false, host: "db2" });
  // Nor does it take the other's away by giving back what it no longer has.
  await one(0);
  expect(await other(60)).toMatchObject({ held: true, fence: fence + 1 });
});

test("a lease that nobody took in between is still its holder's, with the same number", async () => {
  const { asker, expire } = await withCheck();
  const one = asker("db1");
  const { fence } = await one(60);
  await expire();
  expect(await one(60)).toMatchObject({ held: true, fence });
});

test("of ten hosts that ask at once, one gets it", async () => {
  const { asker } = await withCheck();
  const leases = await Promise.all(Array.from({ length: 10 }, (_, i) => asker(`host${i}`)(60)));
  expect(leases.filter(({ held }) => held)).toHaveLength(1);
  expect(leases.map(({ fence }) => fence)).toEqual(leases.map(() => 1));
});

test("a check that nobody knows has no lease, and a strange length is refused", async () => {
  const ask = (check: string, ttlSeconds: number) =>
    api.call("POST", "/v1/lease", { json: { check, owner: randomUUID(), host: "db1", ttlSeconds } });
  expect((await ask(randomUUID(), 60)).status).toBe(404);
  expect((await ask("key/slug/fail", 60)).status).toBe(404);
  expect(await read(await ask(randomUUID(), 5))).toMatchObject({ errors: [{ field: "ttlSeconds" }] });
});
