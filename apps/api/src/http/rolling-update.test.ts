import { Agent, request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";

import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { startApiProcess } from "../../test/api-process.ts";

const database = await testDatabase();
afterAll(database.drop);

type Process = Awaited<ReturnType<typeof startApiProcess>>;

const CHECKS = 40;
const JOBS = { reconnecting: 12, kept: 12 };
/** Pings that are answered before the next step of the update. */
const PINGS_BETWEEN = 150;

test("while each of two processes is replaced under load, every ping is answered, and every answered one is stored", async () => {
  const { projectId } = await aProject(database.pool);
  const checks = await Promise.all(
    Array.from({ length: CHECKS }, () => aCheck(database.pool, { projectId })),
  );
  const start = () => startApiProcess({ DATABASE_URL: database.url });
  const old = [await start(), await start()];
  const proxy = await startProxy(old);
  const load = startLoad(
    proxy.url,
    checks.map(({ pingUuid }) => pingUuid),
  );
  const fresh: Process[] = [];
  for (const process of old) {
    await load.answered(PINGS_BETWEEN);
    const next = await start();
    fresh.push(next);
    expect((await fetch(`${next.url}/health/live`)).status).toBe(200);
    proxy.add(next);
    await load.answered(PINGS_BETWEEN);
    // The proxy learns of the end a while before the process does, as the chart's preStop sees to.
    proxy.remove(process);
    await load.answered(PINGS_BETWEEN);
    await process.stop();
  }
  await load.answered(PINGS_BETWEEN);
  const { answered, failures } = await load.stop();
  await Promise.all([proxy.stop(), ...fresh.map((process) => process.stop())]);
  expect(failures).toEqual([]);
  const rows = await database.pool.query<{ count: number }>(
    "select sum(1 + repeats)::float8 as count from pings where project_id = $1",
    [projectId],
  );
  // A kept connection that ended under a request sends it again, and the first one may have been stored.
  expect(rows[0]?.count).toBeGreaterThanOrEqual(answered);
  expect(answered).toBeGreaterThan(PINGS_BETWEEN * 7 - 1);
}, 120_000);

/** Passes connections on as they are, each to one of its processes in turn, and never tries another one. */
async function startProxy(first: readonly Process[]) {
  let processes = [...first];
  let turn = 0;
  const server = createServer((client) => {
    turn += 1;
    const { port } = new URL(processes[turn % processes.length]?.url ?? "");
    const upstream = connect(Number(port), "127.0.0.1");
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
    // A stream whose destination has closed is paused, and would never learn that its other side has ended too.
    upstream.on("close", () => client.resume());
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    add: (process: Process) => processes.push(process),
    remove: (process: Process) => (processes = processes.filter((each) => each !== process)),
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

/** Jobs that ping without a pause: some by a connection of their own for each ping, as curl does, some by a kept one. */
function startLoad(url: string, pingUuids: readonly string[]) {
  let isOver = false;
  let count = 0;
  const failures: string[] = [];
  const waiting = new Set<{ until: number; done: () => void }>();
  const note = () => {
    count += 1;
    for (const each of waiting) if (count >= each.until) each.done();
  };
  const job = async (agent: Agent) => {
    for (let i = 0; !isOver; i += 1) {
      const outcome = await ping(`${url}/ping/${pingUuids[i % pingUuids.length]}`, agent);
      if (outcome === null) note();
      else failures.push(outcome);
    }
    agent.destroy();
  };
  const jobs = [
    ...Array.from({ length: JOBS.reconnecting }, () => job(new Agent({ keepAlive: false }))),
    ...Array.from({ length: JOBS.kept }, () => job(new Agent({ keepAlive: true, maxSockets: 1 }))),
  ];
  return {
    answered: (more: number) => new Promise<void>((done) => void waiting.add({ until: count + more, done })),
    stop: async () => {
      isOver = true;
      await Promise.all(jobs);
      return { answered: count, failures };
    },
  };
}

/** Null where it was answered with 200; else what went wrong. A kept connection that has ended is replaced once, as clients do. */
function ping(url: string, agent: Agent): Promise<string | null> {
  return new Promise((resolve) => {
    const sent = request(url, { agent }, (response) => {
      response
        .resume()
        .once("end", () => resolve(response.statusCode === 200 ? null : `${response.statusCode}`));
    });
    sent.once("error", (error) => (sent.reusedSocket ? resolve(ping(url, agent)) : resolve(String(error))));
    sent.end();
  });
}
