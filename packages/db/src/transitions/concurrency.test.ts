import { randomUUID } from "node:crypto";

import { RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, describe, expect, test } from "vitest";

import { createRoute, orderRoutes } from "../alert-routes/route-rows.ts";
import { deleteCheck, editCheck, pauseCheck } from "../checks/write-check.ts";
import { inTransaction, openDb, StaleVersion } from "../database.ts";
import { answerKey, claimKey, releaseKey } from "../idempotency-keys.ts";
import { acknowledgeIncident } from "../incidents/act.ts";
import { endLease, moveLease, takeLease } from "../locks.ts";
import { evaluateDue } from "./evaluate-due.ts";
import { ALONE, type ReceivedPing, recordPings } from "./record-pings.ts";

const T = Date.parse("2026-03-02T12:00:00Z");
const MINUTE = 60_000;
const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

describe("the same end of one host", () => {
  test.each([
    ["in one transaction", (one: ReceivedPing, again: ReceivedPing) => record([one, again])],
    [
      "one after the other",
      (one: ReceivedPing, again: ReceivedPing) => record([one]).then(() => record([again])),
    ],
    [
      "at the same time",
      (one: ReceivedPing, again: ReceivedPing) => Promise.all([record([one]), record([again])]),
    ],
  ])("that comes twice %s is one run", async (_, send) => {
    const check = await aCheck(pool, { at: T - MINUTE });
    await send(anArrival(check, T, { digest: "a" }), anArrival(check, T + 1_000, { digest: "a" }));
    expect(await runsOf(check)).toEqual(["success"]);
  });

  test.each([
    ["another body", { digest: "b" }],
    ["another kind", { kind: "fail" as const, digest: "a" }],
  ])("with %s is another run", async (_, difference) => {
    const check = await aCheck(pool, { at: T - MINUTE });
    await record([anArrival(check, T, { digest: "a" })]);
    await record([anArrival(check, T + 1_000, difference)]);
    expect(await runsOf(check)).toHaveLength(2);
  });

  test("is another run after 90 seconds", async () => {
    const check = await aCheck(pool, { at: T - MINUTE });
    await record([anArrival(check, T, { digest: "a" })]);
    await record([anArrival(check, T + 91_000, { digest: "a" })]);
    expect(await runsOf(check)).toHaveLength(2);
  });

  test("under one run id is one run, whatever its body says", async () => {
    const check = await aCheck(pool, { at: T - MINUTE });
    const rid = randomUUID();
    for (const at of [T, T + 1_000, T + 5_000])
      await record([withRid(anArrival(check, at, { digest: String(at) }), rid)]);
    expect(await runsOf(check)).toHaveLength(1);
  });
});

test("a mail that is delivered again is known for days, by whichever receiver takes it", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  const once = Buffer.from(randomUUID());
  const mail = (at: number, digest: string) => ({ ...anArrival(check, at, { digest }), once });
  await Promise.all([record([mail(T, "a")]), record([mail(T + 1, "b")])]);
  await record([mail(T + 3 * 86_400_000, "c")]);
  expect(await runsOf(check)).toHaveLength(1);
});

test("ten pings that come at the same time are numbered without a gap", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  await Promise.all(
    Array.from({ length: 10 }, (_, i) => record([anArrival(check, T + i, { kind: "log", digest: `${i}` })])),
  );
  const [row] = await pool.query(
    "select count(*)::int as count, max(number)::int as newest from pings where check_id = $1",
    [check.id],
  );
  expect(row).toEqual({ count: 10, newest: 10 });
});

test("batches that name the same checks in opposite order wait for each other instead of locking up", async () => {
  const { projectId } = await aProject(pool);
  const checks = await Promise.all(
    Array.from({ length: 8 }, () => aCheck(pool, { projectId, at: T - MINUTE })),
  );
  const batch = (round: number) => {
    const order = round % 2 === 0 ? checks : checks.toReversed();
    return order.map((check) => anArrival(check, T + round, { kind: "log", digest: `${round}` }));
  };
  const outcomes = await Promise.all(Array.from({ length: 12 }, (_, round) => record(batch(round))));
  expect(outcomes.flat().every(({ kind }) => kind === "recorded")).toBe(true);
  const [deadlocks] = await pool.query(
    "select deadlocks::int as count from pg_stat_database where datname = current_database()",
  );
  expect(deadlocks).toEqual({ count: 0 });
});

test("a batch of which one ping cannot be written stores none of them", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  const broken = anArrival(check, T + 1, { digest: "b" });
  broken.record.method = "\u0000";
  await expect(record([anArrival(check, T, { digest: "a" }), broken])).rejects.toThrow(
    "invalid byte sequence",
  );
  expect(await runsOf(check)).toEqual([]);
  const [row] = await pool.query("select ping_count, status from checks where id = $1", [check.id]);
  expect(row).toEqual({ ping_count: 0, status: "new" });
});

test("a ping in time and the evaluation of its deadline, at the same time, agree on what happened", async () => {
  for (let i = 0; i < 10; i += 1) {
    const check = await aCheck(pool, { at: T - MINUTE });
    await record([anArrival(check, T, { digest: "a" })]);
    await Promise.all([
      evaluate(T + 5 * MINUTE),
      record([anArrival(check, T + 5 * MINUTE, { digest: "b" })]),
    ]);
    await evaluate(T + 10 * MINUTE);
    const flips = await pool.query("select 1 from flips where check_id = $1 and to_status = 'down'", [
      check.id,
    ]);
    expect(flips).toHaveLength(0);
  }
});

test("a ping to a check that is deleted at the same time is recorded or unknown, and never half of it", async () => {
  for (let i = 0; i < 10; i += 1) {
    const check = await aCheck(pool, { at: T - MINUTE });
    const [[outcome], wasThere] = await Promise.all([
      record([anArrival(check, T, { digest: "a" })]),
      deleteCheck(db, { projectId: check.projectId, checkId: check.id }),
    ]);
    expect(wasThere).toBe(true);
    expect(await runsOf(check)).toHaveLength(outcome?.kind === "recorded" ? 1 : 0);
  }
});

test("of two edits on top of one version the later one is refused and writes nothing", async () => {
  const check = await aCheck(pool);
  const ref = { projectId: check.projectId, checkId: check.id };
  const edit = (name: string) =>
    editCheck(pool, ref, { details: { name }, settings: {}, channelIds: null, version: 1, at: Date.now() });
  const edits = await Promise.allSettled([edit("one"), edit("two")]);
  const refused = edits.filter((one) => one.status === "rejected");
  expect(refused.map(({ reason }) => reason)).toEqual([expect.any(StaleVersion)]);
  const [row] = await pool.query("select version from checks where id = $1", [check.id]);
  expect(row).toEqual({ version: 2 });
});

test("pausing and pinging a check at the same time leaves a state that its flips explain", async () => {
  for (let i = 0; i < 10; i += 1) {
    const check = await aCheck(pool, { at: T - MINUTE });
    await record([anArrival(check, T, { digest: "a" })]);
    await Promise.all([
      pauseCheck(pool, { projectId: check.projectId, checkId: check.id }, T + 1),
      record([anArrival(check, T + 2, { digest: "b" })]),
    ]);
    const [row] = await pool.query<{ status: string; last: string }>(
      `select c.status, (select f.to_status from flips f where f.check_id = c.id order by f.id desc limit 1) as last
         from checks c where c.id = $1`,
      [check.id],
    );
    expect(row?.last).toBe(row?.status);
  }
});

test("of five people who acknowledge an incident at the same time one does", async () => {
  const check = await aCheck(pool, { at: T - MINUTE });
  await record([anArrival(check, T, { kind: "fail" })]);
  const [incident] = await pool.query<{ id: string }>("select id from incidents where check_id = $1", [
    check.id,
  ]);
  const ref = { projectId: check.projectId, incidentId: incident?.id ?? "" };
  const acted = await Promise.all(
    ["A", "B", "C", "D", "E"].map((by) => acknowledgeIncident(pool, ref, { by, at: T + 1 })),
  );
  expect(acted.map(({ kind }) => kind).toSorted()).toEqual([
    "already",
    "already",
    "already",
    "already",
    "done",
  ]);
  const entries = await pool.query("select 1 from incident_entries where incident_id = $1", [ref.incidentId]);
  expect(entries).toHaveLength(1);
});

test("routes that are ordered by two people at the same time have one order without gaps", async () => {
  const { projectId } = await aProject(pool);
  const [channel] = await pool.query<{ id: string }>(
    "insert into channels (project_id, kind, name, settings, hint) values ($1, 'webhook', 'w', '', '') returning id",
    [projectId],
  );
  const ids: string[] = [];
  for (const name of ["a", "b", "c", "d"])
    ids.push((await createRoute(db, projectId, aRoute(name, channel?.id))).id);
  await Promise.allSettled([orderRoutes(db, projectId, ids.toReversed()), orderRoutes(db, projectId, ids)]);
  const rows = await pool.query<{ id: string; position: number }>(
    "select id, position from routes where project_id = $1 order by position",
    [projectId],
  );
  expect(new Set(rows.map(({ position }) => position)).size).toBe(4);
  expect([ids.join(), ids.toReversed().join()]).toContain(rows.map(({ id }) => id).join());
});

describe("a transaction", () => {
  test("that meets a deadlock is run again, and both end", async () => {
    const checks = [await aCheck(pool), await aCheck(pool)] as const;
    let runs = 0;
    const touch = (order: readonly SceneCheck[], name: string) =>
      inTransaction(pool, async (client) => {
        runs += 1;
        for (const { id } of order) {
          await client.query("update checks set name = $2 where id = $1", [id, name]);
          await client.query("select pg_sleep(0.05)");
        }
      });
    await Promise.all([touch(checks, "one"), touch(checks.toReversed(), "two")]);
    expect(runs).toBeGreaterThan(2);
    const rows = await pool.query("select distinct name from checks where id = any($1)", [
      checks.map(({ id }) => id),
    ]);
    expect(rows).toHaveLength(1);
  });

  test("that throws is rolled back, and its session is used again", async () => {
    const check = await aCheck(pool);
    const failing = inTransaction(pool, async (client) => {
      await client.query("update checks set name = 'lost' where id = $1", [check.id]);
      throw new Error("The work failed.");
    });
    await expect(failing).rejects.toThrow("The work failed.");
    const [row] = await pool.query("select name from checks where id = $1", [check.id]);
    expect(row).toEqual({ name: "" });
  });

  test("whose last statement is refused, with the commit sent behind it, is rolled back whole and throws", async () => {
    const check = await aCheck(pool);
    const failing = inTransaction(pool, async (client, addLast) => {
      await client.query("update checks set name = 'lost' where id = $1", [check.id]);
      addLast(client.query("update checks set grace_seconds = 'no number' where id = $1", [check.id]));
    });
    await expect(failing).rejects.toThrow(/invalid input syntax/);
    const [row] = await pool.query("select name from checks where id = $1", [check.id]);
    expect(row).toEqual({ name: "" });
  });

  test("whose first statement is refused is rolled back whole", async () => {
    const check = await aCheck(pool);
    const failing = inTransaction(pool, async (client) => {
      await client.query("select * from no_such_table", []).catch(() => undefined);
      await client.query("update checks set name = 'lost' where id = $1", [check.id]);
    });
    await expect(failing).rejects.toThrow(/aborted/);
    const [row] = await pool.query("select name from checks where id = $1", [check.id]);
    expect(row).toEqual({ name: "" });
  });
});

describe("a lease", () => {
  test("has one holder, who alone moves it on, and the next one goes on from there", async () => {
    const [first, second] = [aTenure(), aTenure()];
    const taken = await Promise.all([takeLease(db, first, 60), takeLease(db, second, 60)]);
    expect(taken.filter((position) => position !== null)).toEqual([0]);
    const [holder, other] = taken[0] === null ? [second, first] : [first, second];
    await moveLease(db, other, 99);
    await moveLease(db, holder, 7);
    expect(await takeLease(db, other, 60)).toBeNull();
    expect(await takeLease(db, holder, 60)).toBe(7);
    await endLease(db, other);
    expect(await takeLease(db, other, 60)).toBeNull();
    await endLease(db, holder);
    expect(await takeLease(db, other, 60)).toBe(7);
  });
});

describe("an idempotency key", () => {
  test("lets one of ten requests at the same time do the work, and gives the others its answer", async () => {
    const ref = aKey();
    const claim = () => claimKey(db, ref, { bodyDigest: "a", at: T });
    const claims = await Promise.all(Array.from({ length: 10 }, claim));
    expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
    expect(claims.filter(({ kind }) => kind === "under-way")).toHaveLength(9);
    await answerKey(db, ref, "sealed");
    expect(await claim()).toEqual({ kind: "answered", answer: "sealed" });
  });

  test.each([
    ["another body is refused", { bodyDigest: "b", at: T + 1 }, "other-body"],
    [
      "the same body 23 hours later has its answer",
      { bodyDigest: "a", at: T + 23 * 60 * MINUTE },
      "answered",
    ],
    ["the same body 25 hours later is new work", { bodyDigest: "a", at: T + 25 * 60 * MINUTE }, "claimed"],
  ])("that is used again: %s", async (_, again, kind) => {
    const ref = aKey();
    await claimKey(db, ref, { bodyDigest: "a", at: T });
    await answerKey(db, ref, "sealed");
    expect(await claimKey(db, ref, again)).toMatchObject({ kind });
  });

  test("of another actor or route is another key", async () => {
    const ref = aKey();
    await claimKey(db, ref, { bodyDigest: "a", at: T });
    for (const other of [
      { ...ref, actor: "other" },
      { ...ref, route: "other" },
    ])
      expect(await claimKey(db, other, { bodyDigest: "a", at: T })).toEqual({ kind: "claimed" });
  });

  test.each([
    ["whose work failed", 1, (ref: ReturnType<typeof aKey>) => releaseKey(db, ref)],
    ["whose process died a minute ago", 61_000, () => Promise.resolve()],
  ])("%s is free again", async (_, laterMs, ends) => {
    const ref = aKey();
    await claimKey(db, ref, { bodyDigest: "a", at: T });
    await ends(ref);
    expect(await claimKey(db, ref, { bodyDigest: "a", at: T + laterMs })).toEqual({ kind: "claimed" });
  });
});

function record(arrivals: readonly ReceivedPing[]) {
  return recordPings(pool, arrivals, ALONE);
}

async function evaluate(watermark: number): Promise<void> {
  await evaluateDue(pool, { watermark, outages: [], limit: 500 }, (_, error) => {
    throw error;
  });
}

async function runsOf(check: SceneCheck): Promise<string[]> {
  const rows = await pool.query<{ outcome: string }>(
    "select outcome from runs where check_id = $1 order by heard_at",
    [check.id],
  );
  return rows.map(({ outcome }) => outcome);
}

function aRoute(name: string, channelId: string | undefined) {
  return RouteInput.parse({ name, steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId }] }] });
}

function withRid(arrival: ReceivedPing, rid: string): ReceivedPing {
  return { ...arrival, record: { ...arrival.record, rid } };
}

function aTenure() {
  return { name: "telegram-updates" as const, holder: randomUUID() };
}

function aKey() {
  return { actor: randomUUID(), route: "POST /checks", key: "k" };
}

describe("a check that is deleted for good takes pings, runs and slots along", () => {
  test.each([
    ["itself", (check: SceneCheck) => pool.query("delete from checks where id = $1", [check.id])],
    [
      "with its project",
      (check: SceneCheck) => pool.query("delete from projects where id = $1", [check.projectId]),
    ],
  ])("when %s goes while it is pinged", async (_, remove) => {
    const check = await aCheck(pool, { at: T - MINUTE });
    await record([anArrival(check, T)]);
    const pinging = Promise.all(
      [1, 2, 3, 4, 5].map((second) =>
        record([anArrival(check, T + second * 1_000, { digest: String(second) })]),
      ),
    );
    await Promise.all([pinging, remove(check)]);
    for (const table of ["pings", "runs", "slots"])
      expect(await pool.query(`select 1 from ${table} where check_id = $1`, [check.id])).toEqual([]);
  });
});
