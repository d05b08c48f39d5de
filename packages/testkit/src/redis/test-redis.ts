import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "@overdue/postgres";

/** A Redis or Valkey server of a test file's own: its URL, its process (to freeze or kill), and its end. */
export type TestRedis = { url: string; pid: number; stop: () => Promise<void> };

const PROGRAMS = ["redis-server", "valkey-server"];
const MISSING = "no redis-server or valkey-server on the path (Debian: apt-get install redis-server)";

/**
 * Why tests of the Redis mode are skipped here, or null where they run: `test.skipIf(redisMissing)`. Under
 * CI=true they always run, and so fail where the server is missing.
 */
export const redisMissing: string | null =
  findRedisServer() !== null || process.env.CI === "true" ? null : MISSING;

/** Starts a real, empty Redis on a free port; null where this machine has none, which under CI=true is an error. */
export async function testRedis(): Promise<TestRedis | null> {
  const program = findRedisServer();
  if (program) return start(program);
  if (process.env.CI === "true") throw new Error(`CI=true, and ${MISSING}.`);
  console.warn(`Skipped: ${MISSING}`);
  return null;
}

function findRedisServer(): string | null {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const onPath = folders.flatMap((folder) => PROGRAMS.map((program) => join(folder, program)));
  return [process.env.REDIS_SERVER_PATH ?? "", ...onPath].find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return path !== "";
  } catch {
    return false;
  }
}

async function start(program: string): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), "overdue-test-redis-"));
  const port = await freePort();
  const args = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", directory];
  const child = spawn(program, args, { stdio: "ignore" });
  const exited = once(child, "exit");
  await Promise.race([
    accepts(port),
    exited.then(() => Promise.reject(new Error(`${program} did not start.`))),
  ]);
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, pid: child.pid ?? 0, stop };
}

async function accepts(port: number): Promise<void> {
  const socket = createConnection({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
  } catch {
    await wait(20);
    await accepts(port);
  } finally {
    socket.destroy();
  }
}
