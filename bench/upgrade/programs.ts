import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { freePort } from "@overdue/postgres";

type Name = "api" | "checker" | "sender";

const MAINS: Record<Name, string> = {
  api: "apps/api/src/main.ts",
  checker: "apps/checker/src/main.ts",
  sender: "apps/checker/src/sender/main.ts",
};

/** One running program of one release. `origin`: of an api, its address. */
export type Running = { name: Name; release: Release; origin: string; stop: () => Promise<void> };

/** The code of one release, and what all of its programs get. `home`: for data directories and logs. */
export type Release = {
  label: string;
  source: string;
  home: string;
  environment: Readonly<Record<string, string>>;
};

const READY_MS_MAX = 90_000;
const STOP_MS_MAX = 60_000;
let started = 0;

/** Brings the database up to date, and creates account and project where there are none, as an upgrade of several machines does. */
export function prepare({ source, environment }: Release, bootstrap: Readonly<Record<string, string>>): void {
  const main = join(source, "apps/supervisor/src/first-start/main.ts");
  execFileSync(process.execPath, [main], {
    cwd: source,
    env: { PATH: process.env["PATH"], ...environment, ...bootstrap },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

/** Starts a program by itself, as on a machine of its own, and waits until it works. @throws Error if it does not */
export async function startProgram(name: Name, release: Release): Promise<Running> {
  const label = `${release.label}-${name}-${(started += 1)}`;
  const port = await freePort();
  const directory = join(release.home, label);
  mkdirSync(directory, { recursive: true });
  const liveness = join(directory, "alive");
  const child = spawnProgram(name, release, {
    logFile: join(release.home, `${label}.log`),
    environment: {
      DATA_DIR: directory,
      ...(name === "api" ? { PORT: String(port) } : { LIVENESS_FILE: liveness }),
    },
  });
  const origin = `http://127.0.0.1:${port}`;
  const isReady = async () =>
    name === "api" ? await answers(`${origin}/health/ready`) : existsSync(liveness);
  const until = performance.now() + READY_MS_MAX;
  while (!(await isReady())) {
    if (child.exitCode !== null || performance.now() > until)
      throw new Error(`${label} does not work: see its log.`);
    await wait(100);
  }
  return { name, release, origin, stop: () => end(child) };
}

type Spawning = { logFile: string; environment: Record<string, string> };

function spawnProgram(name: Name, release: Release, { logFile, environment }: Spawning): ChildProcess {
  const { source } = release;
  const log = openSync(logFile, "a");
  try {
    const child = spawn(
      process.execPath,
      ["--import", join(source, "scripts/quick-resolve.mjs"), join(source, MAINS[name])],
      {
        cwd: source,
        env: { PATH: process.env["PATH"], ...release.environment, ...spoolOf(release), ...environment },
        stdio: ["ignore", log, log],
      },
    );
    process.once("exit", () => child.kill("SIGKILL"));
    return child;
  } finally {
    closeSync(log);
  }
}

/** A release that does not know the variable refuses it. */
function spoolOf({ source }: Release): Record<string, string> {
  const known = readFileSync(join(source, "packages/config/src/variables.ts"), "utf8");
  return known.includes("PING_SPOOL_MB") ? { PING_SPOOL_MB: "100" } : {};
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok ?? false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS_MAX);
  await exited;
  clearTimeout(timer);
  if (child.signalCode === "SIGKILL") throw new Error("A program did not end within a minute of SIGTERM.");
}
