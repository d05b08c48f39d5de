import { setTimeout as wait } from "node:timers/promises";

import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, onTestFinished, test, vi } from "vitest";

import { listen } from "./listen.ts";

const database = await testDatabase();
afterAll(database.drop);

function listening() {
  const heard: string[] = [];
  let connections = 0;
  const note = (channel: string) => (payload: string) => void heard.push(`${channel} ${payload}`);
  const stop = listen({
    url: database.url,
    handlers: { overdue_changes: note("changes"), overdue_incidents: note("incidents") },
    onConnect: () => (connections += 1),
  });
  onTestFinished(stop);
  return { heard, stop, connections: () => connections };
}

const notify = (channel: string, payload: string) =>
  database.pool.query("select pg_notify($1, $2)", [channel, payload]);

const sessions = async () =>
  (
    await database.pool.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = 'overdue listen' and datname = current_database()",
    )
  ).map(({ pid }) => pid);

test("each message goes to the handler of its channel, in order", async () => {
  const { heard, connections } = listening();
  await vi.waitFor(() => expect(connections()).toBe(1));
  await notify("overdue_changes", "1");
  await notify("overdue_incidents", "2");
  await notify("overdue_deliveries", "nobody listens");
  await notify("overdue_changes", "3");
  await vi.waitFor(() => expect(heard).toEqual(["changes 1", "incidents 2", "changes 3"]));
});

test("a session that ended is followed by another one, which says that it is connected, three times in a row", async () => {
  const { heard, connections } = listening();
  for (let n = 1; n <= 3; n += 1) {
    await vi.waitFor(() => expect(connections()).toBe(n), { timeout: 5_000 });
    await notify("overdue_changes", String(n));
    await vi.waitFor(() => expect(heard).toHaveLength(n));
    await database.pool.query("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", [
      await sessions(),
    ]);
  }
  await vi.waitFor(() => expect(connections()).toBe(4), { timeout: 5_000 });
  expect(await sessions()).toHaveLength(1);
});

test("a stopped listener gets no further notification and does not reconnect", async () => {
  const { heard, stop, connections } = listening();
  await vi.waitFor(() => expect(connections()).toBe(1));
  await stop();
  await notify("overdue_changes", "too late");
  await wait(500);
  expect([heard, connections(), await sessions()]).toEqual([[], 1, []]);
});
