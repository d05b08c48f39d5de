import { randomUUID } from "node:crypto";

import { openPool, readProblems, schema } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, onTestFinished, test, vi } from "vitest";

import { read, testApi } from "../../test/test-api.ts";

const api = await testApi();

async function setAges(heartbeatAgeMs: number, evaluatedAgeMs: number): Promise<void> {
  const { receivers, checkers } = schema;
  const startedAt = new Date();
  const ago = (ageMs: number) => new Date(startedAt.getTime() - ageMs);
  await api.db.delete(receivers);
  await api.db.delete(checkers);
  await api.db.insert(receivers).values({ id: randomUUID(), startedAt, checkpointAt: ago(heartbeatAgeMs) });
  await api.db.insert(checkers).values({ id: randomUUID(), startedAt, evaluatedAt: ago(evaluatedAgeMs) });
}

test.each([
  ["receivers are silent", 60_000, 0, /receiver/i],
  ["no evaluator works", 0, 60_000, /checker/i],
])("not ready while %s, with the reason", async (_, heartbeatAgeMs, evaluatedAgeMs, reason) => {
  await setAges(heartbeatAgeMs, evaluatedAgeMs);
  const response = await api.call("GET", "/health/ready");
  expect(response.status).toBe(503);
  expect(await read(response)).toMatchObject({ status: "not ready", reason: expect.stringMatching(reason) });
});

test("ready, with a warning, while the mail server refuses mails", async () => {
  await setAges(0, 0);
  const name = "mail refused for corp.test";
  await api.db.insert(schema.instanceFacts).values({ name, value: "554 5.7.1 <ops@corp.test>: no" });
  const answer = await read(await api.call("GET", "/health/ready"));
  expect(answer).toEqual({ status: "ready", warnings: [expect.stringMatching(/^The mail server refuses/)] });
  await api.db.delete(schema.instanceFacts).where(eq(schema.instanceFacts.name, name));
});

test("ready, with a warning that is the operator's problem too, while no sender is connected", async () => {
  await setAges(0, 0);
  await api.db.update(schema.receivers).set({ startedAt: new Date(Date.now() - 120_000) });
  const warning = "No sender is connected: alerts are written, and none is sent.";
  // A result is reused for a second, and this process asks by a clock of its own.
  await vi.waitFor(
    async () => {
      const answer = await read(await api.call("GET", "/health/ready"));
      expect(answer).toEqual({ status: "ready", warnings: [warning] });
    },
    { timeout: 10_000, interval: 200 },
  );
  expect((await readProblems(api.deps.pool)).broken).toContain(warning);
  const sender = openPool({ url: api.database.url, max: 1, name: `sender ${randomUUID()}` });
  onTestFinished(() => sender.end());
  await sender.query("select");
  expect((await readProblems(api.deps.pool)).broken).not.toContain(warning);
});

test("ready while pings are received and deadlines evaluated, and not once it stops", async () => {
  await setAges(0, 0);
  expect((await api.call("GET", "/health/ready")).status).toBe(200);
  api.deps.readiness.stop();
  expect((await api.call("GET", "/health/ready")).status).toBe(503);
  expect((await api.call("GET", "/health/live")).status).toBe(200);
});

test("a database that is gone makes 503 of every page, and says nothing of itself", async () => {
  const lost = await testApi({ databaseUrl: "postgres://someone:secret@127.0.0.1:1/overdue" });
  const response = await lost.call("GET", "/v1/instance");
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("5");
  expect(await response.text()).not.toMatch(/postgres|secret|select/i);
  expect((await lost.call("GET", "/health/ready")).status).toBe(503);
});
