import { spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { connect as connectEncrypted } from "node:tls";
import { freePort } from "@overdue/postgres";
import { testCertificates } from "../fakes/certificates.ts";

/** A Redis or Valkey server for one test file. `pid` is for freezing or killing it. */
export type TestRedis = { url: string; pid: number; stop: () => Promise<void> };

const PROGRAMS = ["redis-server", "valkey-server"];
const MISSING = "no redis-server or valkey-server on the path (Debian: apt-get install redis-server)";

/**
 * Why tests of the Redis mode are skipped on this machine: `test.skipIf(redisMissing)`; null: they run. With CI=true they always
 * run, and fail if there is no server.
 */
export const redisMissing: string | null =
  findRedisServer() !== null || process.env.CI === "true" ? null : MISSING;

/** Starts a real, empty Redis on a free port; null: this machine has none. @throws if it has none and CI=true */
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

type Server = TestRedis & { port: number; tls: boolean };

async function start(program: string, args: readonly string[] = [], { tls = false } = {}): Promise<Server> {
  const directory = mkdtempSync(join(tmpdir(), "overdue-test-redis-"));
  const port = await freePort();
  const ports = tls ? encrypted(directory, port) : ["--port", String(port)];
  const own = [...ports, "--bind", "127.0.0.1", "--save", "", "--dir", directory];
  const child = spawn(program, [...args, ...own], { cwd: directory, stdio: "ignore" });
  const exited = once(child, "exit");
  await Promise.race([
    untilItAccepts(port),
    exited.then(() => Promise.reject(new Error(`${program} did not start.`))),
  ]);
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
    rmSync(directory, { recursive: true, force: true });
  };
  return { url: `redis://127.0.0.1:${port}`, port, tls, pid: child.pid ?? 0, stop };
}

/** The options of a server that takes, and opens, only connections with TLS. */
function encrypted(directory: string, port: number): string[] {
  const { authority, good } = testCertificates;
  const file = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const [ca, cert, key] = [
    file("authority.pem", authority),
    file("server.pem", good.cert),
    file("server.key", good.key),
  ];
  const files = ["--tls-ca-cert-file", ca, "--tls-cert-file", cert, "--tls-key-file", key];
  const between = ["--tls-auth-clients", "no", "--tls-replication", "yes"];
  return ["--port", "0", "--tls-port", String(port), ...files, ...between];
}

/** Several servers that belong together. `url` is for `REDIS_URL`. */
export type TestRedises = { url: string; stop: () => Promise<void> };

const SLOTS = 16_384;

/** Starts a real cluster of three nodes. Call it only if `redisMissing` is null. `tls`: by the certificate `good` */
export async function testRedisCluster({ tls = false } = {}): Promise<TestRedises> {
  const program = findRedisServer() ?? "redis-server";
  const nodes = await Promise.all(
    [0, 1, 2].map(async () => {
      const busPort = await freePort();
      const args = ["--cluster-enabled", "yes", "--cluster-port", String(busPort)];
      const encryption = tls ? ["--tls-cluster", "yes"] : [];
      return { busPort, ...(await start(program, [...args, ...encryption], { tls })) };
    }),
  );
  for (const [index, node] of nodes.entries()) {
    const first = Math.ceil((SLOTS / nodes.length) * index);
    const last = Math.ceil((SLOTS / nodes.length) * (index + 1)) - 1;
    await ask(node, `CLUSTER ADDSLOTSRANGE ${first} ${last}`);
    await ask(node, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`);
    await ask(nodes[0] ?? node, `CLUSTER MEET 127.0.0.1 ${node.port} ${node.busPort}`);
  }
  await Promise.all(
    nodes.map((node) => untilItAnswers(node, "CLUSTER INFO", /state:ok[^]*slots_ok:16384[^]*size:3/)),
  );
  return {
    url: `${tls ? "rediss" : "redis"}+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`,
    stop: async () => void (await Promise.all(nodes.map(({ stop }) => stop()))),
  };
}

/**
 * Starts a real primary, a replica of it, and a sentinel that makes the replica the primary once the first one is gone.
 * Call it only if `redisMissing` is null.
 */
export async function testRedisSentinel({ tls = false } = {}): Promise<
  TestRedises & { killPrimary: () => void }
> {
  const program = findRedisServer() ?? "redis-server";
  const primary = await start(program, ["--repl-diskless-sync-delay", "0"], { tls });
  const replica = await start(program, ["--replicaof", "127.0.0.1", String(primary.port)], { tls });
  await untilItAnswers(replica, "INFO replication", /master_link_status:up/);
  const directory = mkdtempSync(join(tmpdir(), "overdue-test-sentinel-"));
  const file = join(directory, "sentinel.conf");
  const watched = [`monitor main 127.0.0.1 ${primary.port} 1`, "down-after-milliseconds main 500"];
  writeFileSync(file, watched.map((line) => `sentinel ${line}\n`).join(""));
  const sentinel = await start(program, [file, "--sentinel"], { tls });
  await untilItAnswers(sentinel, "SENTINEL REPLICAS main", new RegExp(`\r\n${replica.port}\r\n`));
  return {
    url: `${tls ? "rediss" : "redis"}+sentinel://127.0.0.1:${sentinel.port}/main`,
    killPrimary: () => void process.kill(primary.pid, "SIGKILL"),
    stop: async () => {
      await Promise.all([sentinel, replica, primary].map(({ stop }) => stop()));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Waits until the reply to a command matches. */
async function untilItAnswers(server: Server, command: string, wanted: RegExp): Promise<void> {
  while (!wanted.test(await ask(server, command))) await wait(20);
}

/** @returns the raw reply to one command */
async function ask({ port, tls }: Server, command: string): Promise<string> {
  const to = { host: "127.0.0.1", port };
  const socket: Socket = tls
    ? connectEncrypted({ ...to, ca: testCertificates.authority })
    : createConnection(to);
  socket.end(`${command}\r\nQUIT\r\n`);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  if (answer.startsWith("-")) throw new Error(answer);
  return answer;
}

async function untilItAccepts(port: number): Promise<void> {
  const socket = createConnection({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
  } catch {
    await wait(20);
    await untilItAccepts(port);
  } finally {
    socket.destroy();
  }
}
