import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { programOf, type Program } from "./processes.ts";

/** One `npm start`, which is started again whenever it was killed. */
export type Instance = {
  origin: string;
  dataDirectory: string;
  /** The process of the supervisor; null while it is being started again. */
  pid: () => number | null;
  process: (program: Program) => number | null;
  /** Waits until it can be reached and says that it is ready. @throws Error after three minutes */
  ready: () => Promise<void>;
  /** Ends it cleanly and starts it again, as an update does. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

type Start = {
  source: string;
  dataDirectory: string;
  port: number;
  environment: Readonly<Record<string, string>>;
  logFile: string;
};

const AGAIN_MS = 500;
const READY_MS_MAX = 180_000;
const POLL_MS = 100;
const STOP_MS_MAX = 60_000;

/** Starts the product as `npm start` does, on a fixed port. */
export function startInstance(start: Start): Instance {
  mkdirSync(start.dataDirectory, { recursive: true });
  const origin = `http://127.0.0.1:${start.port}`;
  const state: { child: ChildProcess | null; isWanted: boolean } = { child: null, isWanted: true };
  const run = () => {
    const child = spawnProduct(start);
    state.child = child;
    child.once("exit", () => {
      if (state.child === child) state.child = null;
      if (state.isWanted) setTimeout(() => state.isWanted && run(), AGAIN_MS);
    });
  };
  run();
  // If the harness itself ends early, nothing may go on running.
  process.once("exit", () => state.child?.kill("SIGTERM"));
  const pid = () => state.child?.pid ?? null;
  const ready = () => becomesReady(origin);
  return {
    origin,
    dataDirectory: start.dataDirectory,
    pid,
    process: (program) => {
      const supervisor = pid();
      return supervisor === null ? null : programOf(supervisor, program);
    },
    ready,
    restart: async () => {
      await end(state.child);
      await ready().catch(() => undefined);
    },
    stop: async () => {
      state.isWanted = false;
      await end(state.child);
    },
  };
}

function spawnProduct({ source, dataDirectory, port, environment, logFile }: Start): ChildProcess {
  const log = openSync(logFile, "a");
  try {
    return spawn(process.execPath, [join(source, "scripts/start.mjs")], {
      cwd: source,
      env: {
        PATH: process.env["PATH"],
        HOME: process.env["HOME"],
        DATA_DIR: dataDirectory,
        PORT: String(port),
        ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8",
        LOG_LEVEL: process.env["LOG_LEVEL"] ?? "warn",
        PING_SPOOL_MB: process.env["PING_SPOOL_MB"],
        ...environment,
      },
      stdio: ["ignore", log, log],
    });
  } finally {
    closeSync(log);
  }
}

async function becomesReady(origin: string): Promise<void> {
  const until = performance.now() + READY_MS_MAX;
  while (performance.now() < until) {
    const response = await fetch(`${origin}/health/ready`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => null,
    );
    await response?.body?.cancel();
    if (response?.ok) return;
    await wait(POLL_MS);
  }
  throw new Error(`The product at ${origin} did not become ready.`);
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exited;
  clearTimeout(timer);
}
