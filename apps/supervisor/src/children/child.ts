import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { printable } from "../printable.ts";
import { isReason, readable } from "./log-line.ts";

/** A program of ours that must always run, and where it tells about itself. */
export type Program = {
  name: string;
  /** Path of its main.ts. */
  main: string;
  /** What Node itself reads when it starts. */
  nodeEnvironment: NodeJS.ProcessEnv;
  /** Its environment; it may load its code, but does not begin, before that is known. */
  environment: Promise<NodeJS.ProcessEnv>;
  log: (line: string) => void;
  say: (sentence: string) => void;
};

/** A running program. `stop` lets it end its work for a while; where we exit without that, it is killed. */
export type Child = { pid: () => number | undefined; stop: (secondsMax: number) => Promise<void> };

/** Starts a program, and starts it again whenever it ends by itself: at once, then after longer and longer. */
export function keepRunning(program: Program): Child {
  const state: State = { isWanted: true, attempts: 0, process: null, timer: null };
  start(program, state);
  process.on("exit", () => state.process?.kill("SIGKILL"));
  return { pid: () => state.process?.pid, stop: (secondsMax) => stop(state, secondsMax) };
}

type State = {
  isWanted: boolean;
  attempts: number;
  process: ChildProcess | null;
  timer: NodeJS.Timeout | null;
};

const BEFORE = ["../../../../scripts/quick-resolve.mjs", "./tether.ts", "./gate.ts"].flatMap((file) => [
  "--import",
  import.meta.resolve(file),
]);
const DELAY_MS_MAX = 30_000;
const STEADY_MS = 60_000;

// Detached, because Ctrl-C reaches the whole process group, and who stops when is our decision.
function start(program: Program, state: State): void {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...BEFORE, program.main], {
    env: program.nodeEnvironment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  state.process = child;
  program.environment
    .then((environment) => child.connected && child.send(environment))
    .catch(() => undefined);
  const reason = listen(program, child);
  child.once("error", (error) => program.say(`${program.name} cannot be started: ${error.message}`));
  child.once("close", (code, signal) => {
    state.process = null;
    if (!state.isWanted) return;
    state.attempts = performance.now() - startedAt > STEADY_MS ? 0 : state.attempts + 1;
    const delayMs = Math.min(DELAY_MS_MAX, 250 * 2 ** state.attempts);
    const cause = reason() ?? (signal ? `signal ${signal}` : `exit status ${code}`);
    program.say(`${program.name} ended (${cause}); it starts again in ${delayMs / 1000} s.`);
    state.timer = setTimeout(() => start(program, state), delayMs);
  });
}

/** Keeps every line in the log and shows what matters; the answer gives the last reason for an end. */
function listen(program: Program, child: ChildProcess): () => string | null {
  let reason: string | null = null;
  const hear = (stream: Readable | null) => {
    if (!stream) return;
    createInterface({ input: stream }).on("line", (raw) => {
      const line = printable(raw);
      program.log(line);
      if (isReason(line)) reason = line;
      const sentence = readable(program.name, line);
      if (sentence !== null) program.say(sentence);
    });
  };
  hear(child.stdout);
  hear(child.stderr);
  return () => reason;
}

async function stop(state: State, secondsMax: number): Promise<void> {
  state.isWanted = false;
  if (state.timer) clearTimeout(state.timer);
  const { process: child } = state;
  if (!child) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), secondsMax * 1000);
  await closed;
  clearTimeout(timer);
}
