import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../../support/steps.ts";

/** A folder for the program and data of one server. `remove` also ends everything that was started. */
export type Place = {
  folder: string;
  /** Runs a command to its end. @throws with what it printed if it fails */
  run(command: string, variables?: Record<string, string>): Promise<string>;
  /** Starts a command that keeps running. @returns a function that ends it */
  start(command: string, variables?: Record<string, string>): Promise<() => Promise<void>>;
  remove(): Promise<void>;
};

export async function openPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), "overdue-server-"));
  const running: ChildProcess[] = [];
  const begin = (command: string, variables: Record<string, string> = {}) =>
    spawn("bash", ["-c", command], { cwd: folder, env: { ...process.env, ...variables } });
  return {
    folder,
    run: async (command, variables) => {
      const child = begin(command, variables);
      let printed = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (chunk: Buffer) => void (printed += chunk.toString()));
      const [code] = (await once(child, "close")) as [number | null];
      if (code !== 0) throw new Error(`${command}: ${printed.trim().slice(-300)}`);
      return printed.trim();
    },
    start: async (command, variables) => {
      const child = begin(`exec ${command}`, variables);
      child.stdout.resume();
      child.stderr.resume();
      running.push(child);
      await once(child, "spawn");
      return () => end(child);
    },
    remove: async () => {
      await Promise.all(running.map(end));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

export type Answer = { status: number; body: string };

/** Sends a request to the server itself. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.text() };
}

/** Waits until a server answers without an error. */
export function untilItAnswers(url: string): Promise<true> {
  return eventually(
    async () => ((await ask(url)).status < 500 ? true : null),
    `a response of ${url}`,
    120_000,
  );
}

export function json(body: object, headers: Record<string, string> = {}): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  };
}
