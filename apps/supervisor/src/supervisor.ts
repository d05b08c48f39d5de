import { appendFileSync, existsSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { type Config, proxyWarning, readConfig } from "@overdue/config";
import { noteRestart, openDb, openPool, type Restart } from "@overdue/db";

import { becomesReady, claimPort } from "./api-port.ts";
import { type Child, keepRunning } from "./children/child.ts";
import { type Cleanup, startCleanup } from "./children/cleanup.ts";
import {
  type DataFiles,
  type Lock,
  prepareDataDirectory,
  readOrCreateSecret,
  takeLock,
} from "./data/data-directory.ts";
import { type Database, openOwnServer } from "./database/own-server.ts";
import { openEmbedded } from "./database/embedded.ts";

/** The environment of a process. */
export type Environment = Record<string, string | undefined>;

/** The programs to keep running: the path of main.ts by name. */
export type Programs = Record<string, string>;

/** `say` prints a sentence on the terminal; `signal` is aborted when the product must end. */
type Terminal = { say: (sentence: string) => void; signal: AbortSignal };

/** The running product. `stop` ends it cleanly; exiting without that kills all of its processes. */
type Running = { url: string; isReady: boolean; stop: () => Promise<void> };

/**
 * Starts the database and the programs. If a step fails, or the signal ends the start, everything that was started is
 * stopped again.
 *
 * @throws Refusal or ConfigError, with a sentence, if it cannot start.
 */
export async function startProduct(
  environment: Environment,
  programs: Programs,
  terminal: Terminal,
): Promise<Running> {
  const given = readConfig(environment);
  const files = prepareDataDirectory(given.dataDir);
  const parts: Parts = { lock: takeLock(files.lock), database: null, children: [], cleanup: startCleanup() };
  process.on("exit", parts.cleanup.endAllNow);
  try {
    const config = await settlePort(given, { environment, terminal, tookOver: parts.lock.tookOver });
    parts.lock.setUrl(config.publicUrl);
    const warning = proxyWarning(config);
    if (warning !== null) terminal.say(warning);
    const opened = openInstance({ config, files, environment }, terminal, parts);
    const inherited = opened.then((instance) => instance.environment);
    const context = {
      now: environment,
      later: inherited,
      files,
      terminal,
      parts,
      apiUrl: localUrl(config),
    };
    const start = (program: [string, string]) => parts.children.push(startChild(program, context));
    for (const program of Object.entries(programs)) if (!isStartedLater(program)) start(program);
    const { url } = await opened;
    for (const program of Object.entries(programs)) if (isStartedLater(program)) start(program);
    const isReady = await becomesReady(context.apiUrl, READY_SECONDS_MAX, terminal.signal);
    return { url, isReady, stop: () => stop(parts) };
  } catch (error) {
    await stop(parts);
    throw error;
  }
}

/** The sender starts last: alerts can wait in the database, while loading its code would delay the first ping. */
function isStartedLater([name]: [string, string]): boolean {
  return name === "sender";
}

const READY_SECONDS_MAX = 30;
const STOP_SECONDS_MAX = 25;
/** How long the processes of a killed supervisor may take to end. */
const ENDING_SECONDS_MAX = 20;

type Settling = { environment: Environment; terminal: Terminal; tookOver: boolean };

type Parts = { lock: Lock; database: Database | null; children: Child[]; cleanup: Cleanup };

// The configuration is read again with the port that was found, because URLs are derived from it.
async function settlePort({ host, port }: Config, start: Settling): Promise<Config> {
  const { environment, terminal, tookOver } = start;
  // The api of a killed supervisor keeps the port until its last request is answered.
  const secondsMax = tookOver ? ENDING_SECONDS_MAX : 0;
  const claimed = await claimPort({ host, port, secondsMax, signal: terminal.signal });
  return readConfig({ ...environment, PORT: String(claimed) });
}

type Start = { config: Config; files: DataFiles; environment: Environment };

// Loading the code that prepares the database takes as long as creating one, so both run at the same time.
async function openInstance(start: Start, terminal: Terminal, parts: Parts) {
  const loaded = import("./first-start/first-start.ts");
  parts.database = await openDatabase(start, terminal, parts.cleanup);
  const { prepareInstance } = await loaded;
  const environment = childEnvironment(start, parts.database.url);
  const url = await prepareInstance(start.config, {
    directUrl: parts.database.directUrl,
    secrets: readConfig(environment).secretKeys,
    say: terminal.say,
  });
  terminal.signal.throwIfAborted();
  return { url, environment };
}

function openDatabase({ config, files }: Start, terminal: Terminal, cleanup: Cleanup): Promise<Database> {
  const { databaseUrl: url, databaseDirectUrl: direct } = config;
  if (url !== null) return openOwnServer({ url, direct }, { signal: terminal.signal });
  return openEmbedded(files, { ...terminal, onProcess: cleanup.database });
}

// Children do not get the BOOTSTRAP variables, one of which is a password.
function childEnvironment({ config, files, environment }: Start, databaseUrl: string): Environment {
  const others = Object.entries(environment).filter(([name]) => !name.startsWith("BOOTSTRAP_"));
  return {
    ...Object.fromEntries(others),
    PORT: String(config.port),
    DATA_DIR: config.dataDir,
    DATABASE_URL: databaseUrl,
    SECRET_KEY: environment["SECRET_KEY"] || readOrCreateSecret(files.secretKey),
    // This data directory outlives every process.
    PING_SPOOL_MB: environment["PING_SPOOL_MB"] || PING_SPOOL_MB,
  };
}

const PING_SPOOL_MB = "500";

type ChildContext = {
  now: Environment;
  later: Promise<Environment>;
  files: DataFiles;
  terminal: Terminal;
  parts: Parts;
  /** The address at which this machine reaches the api. */
  apiUrl: string;
};

function startChild([name, main]: [string, string], context: ChildContext): Child {
  const { now, later, files, terminal, parts, apiUrl } = context;
  return keepRunning({
    name,
    main,
    nodeEnvironment: nodeEnvironment(now),
    environment: later,
    liveUrl: name === "api" ? `${apiUrl}/health/live` : null,
    log: openLog(join(files.logs, `${name}.log`)),
    say: terminal.say,
    onRestart: (why) => rememberRestart(parts.database, { program: name, why }),
    cleanup: parts.cleanup,
  });
}

/** What Node reads before it runs any code, such as NODE_EXTRA_CA_CERTS and NODE_OPTIONS: later would be too late. */
function nodeEnvironment(now: Environment): Environment {
  return Object.fromEntries(
    Object.entries(now).filter(([name]) => name === "PATH" || /^(?:NODE|SSL_CERT|OPENSSL)_/.test(name)),
  );
}

function localUrl({ host, port }: Config): string {
  const name = host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  return `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

// The children end before the database, so that no request or delivery is interrupted.
async function stop(parts: Parts): Promise<void> {
  await Promise.all(parts.children.map((child) => child.stop(STOP_SECONDS_MAX)));
  await parts.database?.stop();
  parts.cleanup.end();
  process.off("exit", parts.cleanup.endAllNow);
  parts.lock.release();
}

const STORE_ATTEMPTS = 5;
const STORE_RETRY_MS = 5_000;

/**
 * Stores that a program was started again, for the operator page. If the database fails, it is tried a few times and then
 * given up, because the terminal and the log show the restart too.
 */
function rememberRestart(database: Database | null, restart: Restart): void {
  if (database !== null) void storeRestart(database.url, restart);
}

async function storeRestart(url: string, restart: Restart): Promise<void> {
  for (let left = STORE_ATTEMPTS; left > 0; left -= 1) {
    const pool = openPool({ url, max: 1, name: "supervisor" });
    try {
      return await noteRestart(openDb(pool), restart);
    } catch {
      await wait(STORE_RETRY_MS, undefined, { ref: false });
    } finally {
      await pool.end().catch(() => undefined);
    }
  }
}

const LOG_BYTES_MAX = 20_000_000;

/**
 * Returns a function that appends lines to a file. A file of more than 20 MB is renamed to `<file>.1`, and a new one is
 * started. A line that cannot be written, for example on a full disk, is dropped, so that the product continues.
 */
function openLog(file: string): (line: string) => void {
  let bytes = existsSync(file) ? statSync(file).size : 0;
  return (line) => {
    try {
      if (bytes > LOG_BYTES_MAX) {
        renameSync(file, `${file}.1`);
        bytes = 0;
      }
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
      bytes += Buffer.byteLength(line) + 1;
    } catch {
      // Warnings and errors are shown on the terminal too.
    }
  };
}
