import { chmodSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { initialise, majorVersion } from "./data-directory.ts";
import { findPostmaster } from "./postmaster.ts";
import { startServer } from "./server.ts";

const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-test-server-")));
const directory = join(home, "postgres");
const logFile = join(home, "postgres.log");
const PASSWORD = "a password";
let seenBefore: number | null;
afterAll(() => rmSync(home, { recursive: true, force: true }));

beforeAll(async () => {
  chmodSync(home, 0o755);
  mkdirSync(`${directory}.new`); // As an interrupted first start leaves it.
  writeFileSync(join(`${directory}.new`, "PG_VERSION"), "18\n");
  seenBefore = majorVersion(directory);
  await initialise(directory, PASSWORD);
});

test("what an interrupted first start left behind is no database, and is made anew", () => {
  expect([seenBefore, majorVersion(directory)]).toEqual([null, 18]);
  expect(existsSync(`${directory}.new`)).toBe(false);
});

test("the server keeps what it acknowledged, checks its pages and listens on this machine only", async () => {
  const server = await startServer({ directory, logFile });
  expect(findPostmaster(directory)).toEqual({ pid: server.pid, port: server.port });
  const settings = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums", "listen_addresses"];
  const rows = await query(
    server.port,
    `select ${settings.map((name) => `current_setting('${name}') as ${name}`).join()}`,
  );
  expect(rows).toEqual([
    {
      fsync: "on",
      synchronous_commit: "on",
      full_page_writes: "on",
      data_checksums: "on",
      listen_addresses: "127.0.0.1",
    },
  ]);
  await expect(query(server.port, "select 1", "guess")).rejects.toThrow(/password authentication failed/);
  await server.stop();
  expect(findPostmaster(directory)).toBeNull();
});

test("a number in a pid file proves nothing: another program with it is left alone", () => {
  const pidFile = join(directory, "postmaster.pid");
  writeFileSync(pidFile, `${process.pid}\n${directory}\n0\n5432\n\n127.0.0.1\n\nready\n`);
  expect(findPostmaster(directory)).toBeNull();
  rmSync(pidFile);
});

test("a server that cannot start says why, at once", async () => {
  const settings = ["shared_buffers=none"];
  await expect(startServer({ directory, logFile, settings })).rejects.toThrow(
    /^PostgreSQL did not start: .*shared_buffers/,
  );
});

async function query(port: number, sql: string, password = PASSWORD): Promise<object[]> {
  const client = postgres({ host: "127.0.0.1", port, user: "postgres", password, max: 1 });
  try {
    return [...(await client.unsafe(sql))];
  } finally {
    await client.end();
  }
}
