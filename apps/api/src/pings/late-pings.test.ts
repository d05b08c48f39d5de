import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOUR_MS = 3_600_000;
type Page = { items: Record<string, unknown>[] };

/** A check that was made a day ago, and how to ping it. */
async function withCheck() {
  const someone = await person(api);
  const schedule = { kind: "interval", everySeconds: 3_600 };
  const check = await read<{ id: string; pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, { schedule }),
  );
  await api.deps.pool.query("update checks set created_at = now() - interval '1 day' where id = $1", [
    check.id,
  ]);
  const ping = async (suffix: string, facts?: object) =>
    await api.app.request(new URL(check.pingUrl).pathname + suffix, {
      method: "POST",
      body: "output",
      ...(facts !== undefined && { headers: { "Overdue-Facts": JSON.stringify(facts) } }),
    });
  const list = async (what: "pings" | "runs") =>
    (await read<Page>(await someone.as("GET", `${someone.path}/checks/${check.id}/${what}`))).items;
  return { ...someone, ping, list };
}

test("a ping that says its age happened then, is shown as late, and keeps what was said of its run", async () => {
  const { ping, list } = await withCheck();
  const rid = randomUUID();
  const facts = { host: "db1", durationMs: 60_000, oomKill: "group" };
  const sentAt = Date.now();
  expect((await ping(`/137?rid=${rid}&age=3600.5`, facts)).status).toBe(200);
  const [pinged] = await list("pings");
  expect(pinged).toMatchObject({ kind: "fail", exitStatus: 137, lateMs: 3_600_500, facts });
  const [run] = await list("runs");
  expect(run).toMatchObject({ outcome: "fail", durationMs: 60_000, lateMs: 3_600_500, facts, outputPing: 1 });
  expect(run).toMatchObject({ exitMeaning: { title: "killed: out of memory" } });
  expect(Math.abs(Date.parse(String(run?.["endedAt"])) - (sentAt - HOUR_MS))).toBeLessThan(60_000);
});

test("a late ping whose answer was lost is stored once, however much later it comes again", async () => {
  const { ping, list } = await withCheck();
  const rid = randomUUID();
  for (const age of [3_600, 7_200]) expect((await ping(`/0?rid=${rid}&age=${age}`)).status).toBe(200);
  expect(await list("pings")).toHaveLength(1);
});

test("a ping from more than seven days ago gets its answer and is ignored", async () => {
  const { ping, list } = await withCheck();
  expect((await ping("?age=700000")).status).toBe(200);
  expect(await list("pings")).toMatchObject([{ kind: "ignored", note: "too-old", lateMs: null }]);
});

test.each(["?age=", "?age=-5", "?age=soon", "?age=1e9"])(
  "%s says nothing, and the ping counts as any",
  async (query) => {
    const { ping, list } = await withCheck();
    expect((await ping(query)).status).toBe(200);
    expect(await list("pings")).toMatchObject([{ kind: "success", note: null, lateMs: null, facts: null }]);
  },
);
