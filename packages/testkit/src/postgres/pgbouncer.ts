import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { Session } from "@overdue/db";
import { freePort } from "@overdue/postgres";

const PROGRAM = process.env["PGBOUNCER_PATH"] ?? "pgbouncer";
const TRIES = 200;
const RETRY_MS = 100;

/** Whether this machine has no PgBouncer. */
export const pgBouncerMissing = spawnSync(PROGRAM, ["--version"]).error !== undefined;

/** Starts a real PgBouncer for all databases of the server of `serverUrl`. `settings` are lines for its configuration file. */
export async function startPgBouncer(
  serverUrl: string,
  settings: string,
): Promise<{ url: string; stop: () => Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), "overdue-test-pgbouncer-"));
  const port = await freePort();
  const server = new URL(serverUrl);
  const file = join(home, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
* = host=127.0.0.1 port=${server.port} user=postgres password=${server.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
${settings}
`,
  );
  chmodSync(home, 0o755);
  // PgBouncer refuses to run as root.
  const args = process.getuid?.() === 0 ? ["-u", "nobody", file] : [file];
  const child = spawn(PROGRAM, args, { stdio: "ignore" });
  const stop = async () => {
    await interrupt(child);
    rmSync(home, { recursive: true, force: true });
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  for (let left = TRIES; !(await takesConnections(url)); left -= 1) {
    if (left > 0) await wait(RETRY_MS);
    else throw new Error("PgBouncer does not take connections.");
  }
  return { url, stop };
}

async function takesConnections(url: string): Promise<boolean> {
  const session = new Session({ url, name: "test" });
  const takes = await session.query("select").then(
    () => true,
    () => false,
  );
  await session.end();
  return takes;
}

async function interrupt(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGINT");
  await exited;
}
