import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Session } from "@overdue/db";
import { freePort } from "@overdue/postgres";
import { expect, inject, onTestFinished, test, vi } from "vitest";

import { poolerProblem } from "./own-server.ts";

const isMissing = spawnSync("pgbouncer", ["--version"]).error !== undefined;
const TAKEN = "ignore_startup_parameters = statement_timeout,options,idle_in_transaction_session_timeout";

test("the server itself, and a pooler's absence, is no problem", async () => {
  expect(await poolerProblem(`${inject("postgresUrl")}/postgres`)).toBeNull();
});

test.skipIf(isMissing).each([
  [
    "refuses the settings of a connection",
    "pool_mode = transaction",
    /refuses .*unsupported startup parameter/,
  ],
  ["drops them in silence", `pool_mode = session\n${TAKEN}`, /drops the settings/],
  [
    "does so and lends connections for a transaction",
    `pool_mode = transaction\n${TAKEN}`,
    /drops the settings/,
  ],
])("a PgBouncer that %s is named in a sentence with the way out", async (_, settings, sentence) => {
  const url = await startPgBouncer(settings);
  expect(await poolerProblem(url)).toMatch(sentence);
  expect(await poolerProblem(url)).toContain("Set DATABASE_URL to the PostgreSQL server itself");
});

async function startPgBouncer(settings: string): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), "overdue-test-pgbouncer-"));
  const port = await freePort();
  const server = new URL(inject("postgresUrl"));
  const file = join(home, "pgbouncer.ini");
  writeFileSync(
    file,
    `[databases]
postgres = host=127.0.0.1 port=${server.port} user=postgres password=${server.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
${settings}
`,
  );
  chmodSync(home, 0o755);
  // It refuses to run as root.
  const args = process.getuid?.() === 0 ? ["-u", "nobody", file] : [file];
  const child = spawn("pgbouncer", args, { stdio: "ignore" });
  onTestFinished(async () => {
    await ended(child);
    rmSync(home, { recursive: true, force: true });
  });
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await vi.waitUntil(() => takesConnections(url), { timeout: 20_000, interval: 100 });
  return url;
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

async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGINT");
  await exited;
}
