import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

import { AWAITED_MS } from "@overdue/core";
import { commitCheckpoint, readWatermark } from "@overdue/db";
import { aCheck, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";

import { pingsOf } from "../../../test/receiver.ts";
import { spoolDirectory, spoolScene } from "../../../test/spool-scene.ts";

const database = await testDatabase();
afterAll(database.drop);
// Receivers belong to no project: each test begins without any.
beforeEach(() => database.pool.query("truncate receivers, outages"));
const NOTHING = { host: "elsewhere", bytes: 0, since: null };
/** Larger than any process id of Linux. */
const PID_NEVER = 9_999_999;
const PATIENCE = { timeout: 20_000, interval: 50 };

type Options = { directory?: string; bytesMax?: number };

const scene = (options: Options = {}) => spoolScene({ databaseUrl: database.url, ...options });
const spoolFilesIn = (directory: string) => globSync(join(directory, "*", "*.spool"));

/** The directory of a process that has ended, on another machine's disk or on this one's. */
function endedProcess(
  directory: string,
  { id = randomUUID(), startedAt = 0, pid = 0, host = hostname() } = {},
) {
  const path = join(directory, `${startedAt}.${id}.${pid}.${host}`);
  mkdirSync(path);
  return { id, path };
}

test("pings of a time without a database are answered, and stored once each with their time of receipt", async () => {
  const { gate, ping, receiver } = await scene();
  const check = await aCheck(database.pool);
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  gate.shut();
  const before = Date.now();
  const answers = await Promise.all(["one", "two", "three"].map((body) => ping(check.pingUuid, body)));
  expect(answers).toEqual([
    [200, "OK"],
    [200, "OK"],
    [200, "OK"],
  ]);
  const after = Date.now();
  expect(receiver.kept().bytes).toBeGreaterThan(0);
  gate.open();
  await vi.waitFor(async () => expect(await pingsOf(database.pool, check)).toHaveLength(4), PATIENCE);
  await vi.waitFor(() => expect(receiver.kept().bytes).toBe(0), PATIENCE);
  const stored = await pingsOf(database.pool, check);
  expect(stored.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
  expect(
    stored
      .slice(1)
      .map(({ body }) => String(body))
      .toSorted(),
  ).toEqual(["one", "three", "two"]);
  for (const { received_at: at } of stored.slice(1) as unknown as { received_at: Date }[]) {
    expect(new Date(at).getTime()).toBeGreaterThanOrEqual(before);
    expect(new Date(at).getTime()).toBeLessThanOrEqual(after);
  }
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  expect(await pingsOf(database.pool, check)).toHaveLength(5);
});

test("a ping whose check nobody can look up is accepted, and stored if there is one", async () => {
  const { gate, ping } = await scene();
  const check = await aCheck(database.pool);
  gate.shut();
  expect(await ping(check.pingUuid)).toEqual([202, "Accepted"]);
  expect(await ping(randomUUID())).toEqual([202, "Accepted"]);
  gate.open();
  await vi.waitFor(async () => expect(await pingsOf(database.pool, check)).toHaveLength(1), PATIENCE);
  await vi.waitFor(async () => expect((await ping(randomUUID()))[0]).toBe(404), PATIENCE);
});

test("what a process left behind that was killed is stored by the next one, once, though it is found again and again", async () => {
  const directory = spoolDirectory();
  const first = await scene({ directory });
  const check = await aCheck(database.pool);
  first.gate.shut();
  await Promise.all(["a", "b"].map((body) => first.ping(check.pingUuid, body)));
  const [name = ""] = spoolFilesIn(directory);
  const content = readFileSync(name);
  for (const number of [1, 2]) {
    // The last record was being written when the machine lost its power.
    const file = join(
      endedProcess(directory, { startedAt: number, pid: PID_NEVER }).path,
      "000000001-0.spool",
    );
    writeFileSync(file, content);
    appendFileSync(file, content.subarray(0, content.length / 3));
  }
  const second = await scene({ directory });
  await vi.waitFor(() => expect(second.receiver.kept().bytes).toBe(0), PATIENCE);
  await vi.waitFor(async () => expect(await second.ping(check.pingUuid, "c")).toEqual([200, "OK"]), PATIENCE);
  const stored = await pingsOf(database.pool, check);
  expect(stored.map(({ body }) => String(body)).toSorted()).toEqual(["a", "b", "c"]);
});

const receiverRow = (id: string) =>
  database.pool.query<{ ended: boolean; at: number }>(
    `select ended_at is not null as ended, (extract(epoch from checkpoint_at) * 1000)::float8 as at
       from receivers where id = $1`,
    [id],
  );

test("evaluation waits for a process that was killed until the next one has stored what it kept, or has seen that it kept nothing", async () => {
  const directory = spoolDirectory();
  const at = Date.now();
  const left = ["kept pings", "kept nothing"].map((what) => {
    const { id, path } = endedProcess(directory, { startedAt: at - 1_000, pid: PID_NEVER });
    return { id, path, what };
  });
  for (const { id } of left)
    await commitCheckpoint(database.pool, {
      receiverId: id,
      startedAt: at - 1_000,
      acceptedAt: at,
      kept: NOTHING,
    });
  const check = await aCheck(database.pool);
  const killed = await scene();
  killed.gate.shut();
  expect(await killed.ping(check.pingUuid, "kept")).toEqual([202, "Accepted"]);
  const [name = ""] = spoolFilesIn(killed.directory);
  writeFileSync(join(left[0]?.path ?? "", "000000001-0.spool"), readFileSync(name));
  expect(await readWatermark(database.pool)).toBe(at);
  const next = await scene({ directory });
  for (const { id } of left)
    await vi.waitFor(async () => expect(await receiverRow(id)).toMatchObject([{ ended: true }]), PATIENCE);
  expect(await pingsOf(database.pool, check)).toHaveLength(1);
  await vi.waitFor(async () => expect(await readWatermark(database.pool)).toBeGreaterThan(at), PATIENCE);
  expect(left.map(({ path }) => existsSync(path))).toEqual([false, false]);
  expect(readdirSync(directory).filter((each) => each.includes(next.receiver.id))).toHaveLength(1);
});

test("evaluation goes on waiting for a receiver that stops with kept pings, and no longer for one that stops without", async () => {
  const { gate, ping, receiver, beat } = await scene();
  const check = await aCheck(database.pool);
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  await vi.waitFor(async () => expect(await receiverRow(receiver.id)).toHaveLength(1), PATIENCE);
  gate.shut();
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  await beat();
  await receiver.stop();
  expect(await receiverRow(receiver.id)).toMatchObject([{ ended: false }]);
  const other = await scene();
  await vi.waitFor(async () => expect(await receiverRow(other.receiver.id)).toHaveLength(1), PATIENCE);
  await other.receiver.stop();
  expect(await receiverRow(other.receiver.id)).toMatchObject([{ ended: true }]);
});

test("beside others, a receiver that does not reach the database keeps pings only while they wait for it", async () => {
  const { gate, ping, receiver, beat, directory } = await scene();
  const check = await aCheck(database.pool);
  const other = { receiverId: randomUUID(), startedAt: 0, acceptedAt: Date.now(), kept: NOTHING };
  await commitCheckpoint(database.pool, other);
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  await vi.waitFor(
    () => expect(readFileSync(join(directory, "last-contact"), "utf8")).toBe("others"),
    PATIENCE,
  );
  gate.shut();
  expect(await ping(check.pingUuid)).toEqual([200, "OK"]);
  const real = Date.now;
  vi.spyOn(Date, "now").mockImplementation(() => real() + AWAITED_MS - 10_000);
  onTestFinished(() => void vi.restoreAllMocks());
  const { bytes } = receiver.kept();
  expect((await ping(check.pingUuid))[0]).toBe(503);
  await beat();
  expect(receiver.kept().bytes).toBe(bytes);
});

test("beyond its limit the spool refuses pings, which their senders send again", async () => {
  const { gate, app } = await scene({ bytesMax: 3_000 });
  const check = await aCheck(database.pool);
  await app.request(`/ping/${check.pingUuid}`);
  gate.shut();
  const statuses: number[] = [];
  for (let count = 0; count < 12; count += 1)
    statuses.push(
      (await app.request(`/ping/${check.pingUuid}`, { method: "POST", body: "x".repeat(200) })).status,
    );
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  const refused = await app.request(`/ping/${check.pingUuid}`, { method: "POST", body: "x".repeat(900) });
  expect(refused.headers.get("retry-after")).toBe("5");
  gate.open();
  const kept = statuses.filter((status) => status === 200).length;
  await vi.waitFor(
    async () => expect((await pingsOf(database.pool, check)).length).toBeGreaterThanOrEqual(kept + 1),
    PATIENCE,
  );
});

test("where the spool cannot be written, pings are refused as without one", async () => {
  const directory = spoolDirectory();
  writeFileSync(join(directory, "file"), "");
  chmodSync(directory, 0o700);
  const { gate, ping } = await scene({ directory: join(directory, "file") });
  const check = await aCheck(database.pool);
  gate.shut();
  expect((await ping(check.pingUuid))[0]).toBe(503);
  gate.open();
  await vi.waitFor(async () => expect(await ping(check.pingUuid)).toEqual([200, "OK"]), PATIENCE);
});
