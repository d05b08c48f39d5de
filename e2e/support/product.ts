import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = new URL("../..", import.meta.url).pathname;
const START_MS_MAX = 180_000;

/** The product as a person runs it: a process that runs the code of `npm start`, and the URL that it printed. */
export type Product = {
  /** The printed URL, which has a token on the first start. */
  url: string;
  /** The URL without path and token. */
  origin: string;
  dataDirectory: string;
  pid: number;
  /** All that the processes have printed so far. */
  printed: () => string;
  stop: () => Promise<void>;
};

/** Creates a data directory for one test. */
export async function emptyDataDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "overdue-e2e-"));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Starts the product on a free port, as `npm start` would. Resolves once it has printed its URL. */
export async function startProduct(
  dataDirectory: string,
  variables: Record<string, string> = {},
): Promise<Product> {
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.mjs")], {
    cwd: ROOT,
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      DATA_DIR: dataDirectory,
      PORT: "0",
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const keep = (chunk: Buffer) => {
    printed += chunk.toString();
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const url = await printedUrl(child);
  return {
    url,
    origin: new URL(url).origin,
    dataDirectory,
    pid: child.pid ?? 0,
    printed: () => printed,
    stop: () => stop(child),
  };
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const fail = (why: string) => {
      child.kill("SIGKILL");
      reject(new Error(`The product did not start: ${why}\n${printed}`));
    };
    const timer = setTimeout(() => fail("it printed no URL in time"), START_MS_MAX);
    const read = (chunk: Buffer) => {
      printed += chunk.toString();
      const url = /Overdue is ready: (\S+)\n/.exec(printed)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => fail(`it ended with ${code}`));
  });
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

/** The process id of one of the product's children, by the program that it runs. */
export function childOf(product: Product, program: "api" | "checker"): number | null {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found = pids.find((pid) => {
    const command = read(`/proc/${pid}/cmdline`);
    return command.includes(`apps/${program}/src/main.ts`) && parents(Number(pid)).includes(product.pid);
  });
  return found === undefined ? null : Number(found);
}

function parents(pid: number): number[] {
  const parent = Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0);
  return parent <= 1 ? [parent] : [parent, ...parents(parent)];
}

/** Reads a file; empty if the process has ended in the meantime. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
