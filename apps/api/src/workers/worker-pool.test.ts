import { afterEach, expect, test } from "vitest";

import { Overloaded, TooHeavy, WorkerPool, type WorkerLimits } from "./worker-pool.ts";

const LIMITS: WorkerLimits = {
  threads: 2,
  taskMsMax: 60_000,
  heapMegabytesMax: 256,
  waitingMax: 4,
  waitingPerOwnerMax: 2,
};
const pools: WorkerPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

const SMALL = { text: "a: 1", isYaml: true };
/** Costs a thread a second or more. */
const LARGE = { text: Array.from({ length: 50_000 }, (_, i) => `k${i}: ${i}`).join("\n"), isYaml: true };

test("a task is done on another thread, and what it finds wrong comes back", async () => {
  const pool = poolOf();
  expect(await pool.run("readConfigFile", SMALL, "a")).toEqual({ json: '{"a":1}' });
  expect(await pool.run("readConfigFile", { text: "{", isYaml: true }, "a")).toMatchObject({
    problem: expect.stringContaining("not YAML"),
  });
});

test("a task that takes too long is ended, and the next one is done", async () => {
  const pool = poolOf({ taskMsMax: 1 });
  await expect(pool.run("readConfigFile", LARGE, "a")).rejects.toThrow(TooHeavy);
  const patient = poolOf();
  await expect(pool.run("readConfigFile", LARGE, "a")).rejects.toThrow(TooHeavy);
  expect(await patient.run("readConfigFile", SMALL, "a")).toHaveProperty("json");
  expect(pool.atWork).toBe(0);
});

test("a task that takes too much memory is ended alone", async () => {
  const pool = poolOf({ heapMegabytesMax: 24 });
  await expect(pool.run("readConfigFile", LARGE, "a")).rejects.toThrow(TooHeavy);
  expect(await pool.run("readConfigFile", SMALL, "a")).toEqual({ json: '{"a":1}' });
});

test("an owner with many tasks leaves a thread to the others", async () => {
  const pool = poolOf();
  const done: string[] = [];
  const first = pool.run("readConfigFile", LARGE, "busy").then(() => done.push("busy"));
  const second = pool.run("readConfigFile", LARGE, "busy").then(() => done.push("busy"));
  await pool.run("readConfigFile", SMALL, "other").then(() => done.push("other"));
  await Promise.all([first, second]);
  expect(done).toEqual(["other", "busy", "busy"]);
});

test("owners who wait for the same thread take turns", async () => {
  const pool = poolOf({ threads: 1 });
  const done: string[] = [];
  const run = (owner: string) => pool.run("readConfigFile", SMALL, owner).then(() => done.push(owner));
  await Promise.all([run("busy"), run("busy"), run("busy"), run("other")]);
  expect(done).toEqual(["busy", "busy", "other", "busy"]);
});

test("an owner with too many waiting is asked to come again, and so is everybody where all together have too many", async () => {
  const pool = poolOf({ threads: 1 });
  const run = (owner: string) => pool.run("readConfigFile", SMALL, owner);
  const taken = [run("a"), run("a"), run("a")];
  await expect(run("a")).rejects.toThrow(Overloaded);
  taken.push(run("b"), run("c"));
  await expect(run("d")).rejects.toThrow(Overloaded);
  await Promise.all(taken);
});

test("what waits at the end is refused, not left", async () => {
  const pool = poolOf({ threads: 1 });
  const atWork = pool.run("readConfigFile", LARGE, "a").catch((error: unknown) => error);
  const waiting = pool.run("readConfigFile", SMALL, "b").catch((error: unknown) => error);
  await pool.close();
  expect(await waiting).toBeInstanceOf(Overloaded);
  expect(await atWork).toBeInstanceOf(Error);
});

function poolOf(limits: Partial<WorkerLimits> = {}): WorkerPool {
  const pool = new WorkerPool({ ...LIMITS, ...limits });
  pools.push(pool);
  return pool;
}
