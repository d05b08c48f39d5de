import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync, realpathSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

import { findBinaries } from "./binaries.ts";
import { asServerUser } from "./data-directory.ts";
import { dropRecycledPidFile, findPostmaster, isReady, isStopping, stopPostmaster } from "./postmaster.ts";

/** The major version of the server that comes with the project. */
export const POSTGRES_MAJOR = 18;

/**
 * What to start: a data directory that `initialise` created, the file of its log, settings as `name=value`, and a
 * port on the loopback address (any free one by default). `onProcess` gets the id of each process that is started,
 * before it accepts connections, and null when that process has ended.
 */
export type ServerOptions = {
  directory: string;
  logFile: string;
  settings?: string[];
  port?: number;
  onProcess?: (pid: number | null) => void;
};

/**
 * A running server; `exited` resolves when it ends for any reason. `stop` waits for a clean end, `interrupt`
 * only asks for one. `isStopping`: somebody asked it to end, and it still waits for its clients.
 */
export type Server = {
  pid: number;
  port: number;
  exited: Promise<void>;
  hasExited: () => boolean;
  isStopping: () => boolean;
  stop: () => Promise<void>;
  interrupt: () => void;
};

/**
 * Starts PostgreSQL on the loopback address, and returns when it accepts connections.
 *
 * A server left behind by a killed parent is stopped first. Temporary obstacles (child processes of a killed server
 * that still hold its memory, a port in use) are waited for.
 *
 * @throws with PostgreSQL's own reason if it does not start.
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const left = findPostmaster(options.directory);
  if (left) await stopPostmaster(left.pid);
  for (let attempt = 1; ; attempt += 1) {
    const logged = existsSync(options.logFile) ? statSync(options.logFile).size : 0;
    const server = await tryToStart(options);
    if (server) return server;
    const reason = lastProblem(options.logFile, logged);
    if (attempt === ATTEMPTS_MAX || !TEMPORARY.test(reason))
      throw new Error(`PostgreSQL did not start: ${reason}`);
    dropRecycledPidFile(options.directory);
    await wait(RETRY_MS);
  }
}

const TEMPORARY = /shared memory block|lock file|could not create any TCP\/IP sockets|Address already in use/;
const ATTEMPTS_MAX = 20;
const RETRY_MS = 250;
const POLL_MS = 10;
const STOP_MS_MAX = 8_000;

async function tryToStart(options: ServerOptions): Promise<Server | null> {
  const port = options.port ?? (await freePort());
  const child = spawnPostgres(options, port);
  const exited = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  child.once("error", () => undefined);
  const pid = child.pid;
  if (pid !== undefined) options.onProcess?.(pid);
  child.once("close", () => options.onProcess?.(null));
  if (pid === undefined || !(await waitUntilReady(child, pid, options.directory))) return null;
  return {
    pid,
    port,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    isStopping: () => isStopping(pid, options.directory),
    stop: () => stopAndWait(child, exited),
    interrupt: () => void child.kill("SIGINT"),
  };
}

// SIGINT is PostgreSQL's fast shutdown: clients are disconnected, open transactions rolled back, all data flushed.
async function stopAndWait(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGQUIT"), STOP_MS_MAX);
  await exited;
  clearTimeout(timer);
}

// Detached, because Ctrl-C reaches the whole process group, but the database must stop last.
// Its log is a file and not a pipe, because the server may outlive this process.
function spawnPostgres(options: ServerOptions, port: number): ChildProcess {
  const settings = [`port=${port}`, ...FIXED_SETTINGS, ...(options.settings ?? [])];
  const args = ["-D", realpathSync(options.directory), ...settings.flatMap((setting) => ["-c", setting])];
  const command = asServerUser(findBinaries().postgres, args, options.directory);
  const log = openSync(options.logFile, "a", 0o600);
  try {
    const stdio: ["ignore", number, number] = ["ignore", log, log];
    return spawn(command.program, command.args, { ...command.identity, cwd: "/", detached: true, stdio });
  } finally {
    closeSync(log);
  }
}

const FIXED_SETTINGS = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "lc_messages=C"];

/** Waits until the server accepts connections. Returns false if it ends before. */
async function waitUntilReady(child: ChildProcess, pid: number, directory: string): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (isReady(pid, directory)) return true;
    await wait(POLL_MS);
  }
  return false;
}

function lastProblem(logFile: string, from: number): string {
  const log = readFileSync(logFile).subarray(from).toString("utf8").trim();
  return log.match(/(?:FATAL|PANIC): +(.*)/g)?.at(-1) ?? (log.split("\n").at(-1) || `see ${logFile}`);
}

/** A TCP port on the loopback address that is free at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port could be found.");
  return address.port;
}
