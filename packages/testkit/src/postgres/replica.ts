import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Session } from "@overdue/db";
import { initialise, startServer } from "@overdue/postgres";

import { createTemplate, TEMPLATE } from "./template.ts";

const PASSWORD = "test";
const SETTINGS = ["fsync=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB"];

/** A PostgreSQL with the schema of the product, and a real streaming replica of it. */
export type TestReplica = {
  primaryUrl: string;
  replicaUrl: string;
  stopReplica: () => Promise<void>;
  stop: () => Promise<void>;
};

export async function testReplica(): Promise<TestReplica> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-test-replica-")));
  chmodSync(home, 0o755); // If the tests run as root, PostgreSQL runs as another user, who must be able to enter.
  const directory = join(home, "primary");
  await initialise(directory, PASSWORD, ["--no-sync"]);
  const primary = await startServer({ directory, logFile: `${directory}.log`, settings: SETTINGS });
  const url = (port: number) => `postgres://postgres:${PASSWORD}@127.0.0.1:${port}`;
  await createTemplate(url(primary.port));
  const copy = join(home, "replica");
  await copyRunning(`${url(primary.port)}/postgres`, directory, copy);
  const replica = await startServer({
    directory: copy,
    logFile: `${copy}.log`,
    settings: [
      ...SETTINGS,
      `primary_conninfo=host=127.0.0.1 port=${primary.port} user=postgres password=${PASSWORD}`,
    ],
  });
  return {
    primaryUrl: `${url(primary.port)}/${TEMPLATE}`,
    replicaUrl: `${url(replica.port)}/${TEMPLATE}`,
    stopReplica: () => replica.stop(),
    stop: async () => {
      await replica.stop();
      await primary.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Copies a running server as pg_basebackup does, which @overdue/postgres does not contain. */
async function copyRunning(url: string, from: string, to: string): Promise<void> {
  const session = new Session({ url, name: "test" });
  await session.query("select pg_backup_start('replica', true)", []);
  execFileSync("cp", ["-a", from, to]);
  rmSync(join(to, "postmaster.pid"));
  const [backup] = await session.query<{ labelfile: string }>(
    "select labelfile from pg_backup_stop(false)",
    [],
  );
  await session.end();
  for (const [name, content] of [
    ["backup_label", backup?.labelfile ?? ""],
    ["standby.signal", ""],
  ] as const) {
    writeFileSync(join(to, name), content);
    chmodSync(join(to, name), 0o666); // PostgreSQL, perhaps as another user, renames and removes them.
  }
}
