import { HOUR_MS } from "@overdue/schedules";
import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
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
  const list = async (what: "pings" | "runs" | "slots") =>
    (await read<Page>(await someone.as("GET", `${someone.path}/checks/${check.id}/${what}`))).items;
  const incident = async () => {
    const [found] = (
      await read<Page>(await someone.as("GET", `${someone.path}/incidents?checkId=${check.id}`))
    ).items;
    if (found === undefined) throw new Error("No incident was opened.");
    return await read<Record<string, unknown>>(
      await someone.as("GET", `${someone.path}/incidents/${String(found["id"])}`),
    );
  };
  return { ...someone, ping, list, incident, check };
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

test("what is known of a kill for want of memory explains the exit status of the incident and of the slot, too", async () => {
  const { ping, list, incident } = await withCheck();
  await ping(`/137?rid=${randomUUID()}`, { systemdResult: "oom-kill", oomKill: "group" });
  const exitMeaning = { title: "killed: out of memory" };
  expect(await incident()).toMatchObject({ exitStatus: 137, exitMeaning, deliveredLate: null });
  const runs = (await list("slots")).flatMap(({ run }) => run ?? []);
  expect(runs).not.toHaveLength(0);
  expect(runs).toMatchObject(runs.map(() => ({ exitMeaning })));
});

test("an incident for a run that was not missing says that its ping was under way", async () => {
  const { ping, incident, check } = await withCheck();
  await ping(`/1?rid=${randomUUID()}`);
  // As it would be stored if the check had been found silent, half an hour ago.
  await api.deps.pool.query(
    `update incidents set reason = 'missed', opened_at = now() - interval '30 minutes',
       evidence = evidence || '{"pingNumber": null, "exitStatus": null}' where check_id = $1`,
    [check.id],
  );
  expect(await incident()).toMatchObject({ deliveredLate: null });
  await ping(`/1?rid=${randomUUID()}&age=3600`);
  const found = await incident();
  const late = found["deliveredLate"] as { happenedAt: string; receivedAt: string };
  expect(Math.round((Date.parse(late.receivedAt) - Date.parse(late.happenedAt)) / 60_000)).toBe(60);
});
