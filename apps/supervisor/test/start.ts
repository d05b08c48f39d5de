import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { dataFiles } from "../src/data/data-directory.ts";

/** A supervisor in a separate process. */
export type Started = {
  process: ChildProcess;
  output: () => string;
  /** Waits for a line that contains the words; undefined if the process ends before. */
  waitForLine: (words: string) => Promise<string | undefined>;
  /** The exit status; null if a signal ended it. */
  exit: Promise<number | null>;
};

/** A new data directory that is removed after the test. */
export function dataDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "overdue-test-data-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, "data");
}

/** A data directory in which the product has been started once, so that starts in copies of it are quick. */
export async function usedDataDirectory(): Promise<{ copy: () => string; remove: () => void }> {
  const home = mkdtempSync(join(tmpdir(), "overdue-test-used-"));
  const used = join(home, "data");
  const started = launch(used, {});
  await urlOf(started);
  started.process.kill("SIGTERM");
  await started.exit;
  const copy = () => {
    const directory = dataDirectory();
    execFileSync("cp", ["-a", used, directory]);
    // A test that waits for a log line must not find one of the earlier start.
    rmSync(dataFiles(directory).logs, { recursive: true, force: true });
    return directory;
  };
  return { copy, remove: () => rmSync(home, { recursive: true, force: true }) };
}

/** Starts the supervisor with stand-ins for its programs. It is stopped when the test ends. */
export function start(dataDir: string, environment: Record<string, string> = {}): Started {
  return stopAfterTest(launch(dataDir, environment));
}

/** Starts the whole product as `npm start` does, with its real programs. It is stopped when the test ends. */
export function startProduct(dataDir: string, environment: Record<string, string> = {}): Started {
  return stopAfterTest(launch(dataDir, environment, "../src/main.ts"));
}

function stopAfterTest(started: Started): Started {
  onTestFinished(async () => {
    started.process.kill("SIGTERM");
    await started.exit;
  });
  return started;
}

function launch(dataDir: string, environment: Record<string, string>, program = "./main.ts"): Started {
  const main = fileURLToPath(new URL(program, import.meta.url));
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: "0", ...environment };
  // Detached, so that it has its own process group, as in a terminal.
  const child = spawn(process.execPath, [main], { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "close").then(([code]: (number | null)[]) => code ?? null);
  const transcript = listen(child, exit);
  return { process: child, exit, ...transcript };
}

/** Waits for the URL that a start prints. Returns its origin and its token, if it has one. */
export async function urlOf(started: Started): Promise<{ url: string; token: string | null }> {
  const line = await started.waitForLine("Overdue is ready: ");
  const url = /http\S+/.exec(line ?? "")?.[0];
  if (url === undefined) throw new Error(`It did not start: ${started.output()}`);
  return { url: new URL(url).origin, token: new URL(url).searchParams.get("token") };
}

function listen(child: ChildProcess, exit: Promise<unknown>): Pick<Started, "output" | "waitForLine"> {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        for (const look of waiting) look();
      });
    }
  }
  const waitForLine = (words: string) =>
    new Promise<string | undefined>((resolve) => {
      const look = () => {
        const found = lines.find((line) => line.includes(words));
        if (found !== undefined) resolve(found);
      };
      waiting.add(look);
      look();
      void exit.then(() => resolve(lines.find((line) => line.includes(words))));
    });
  return { output: () => lines.join("\n"), waitForLine };
}

/** How often a long test run ends connections, from the variable CUTS; null in ordinary test runs. */
export function askedCuts(): number | null {
  const cuts = process.env["CUTS"];
  return cuts === undefined ? null : Number(cuts);
}
