import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Cleanup } from "./cleanup.ts";
import { printable } from "../printable.ts";
import { isReason, readable } from "./log-line.ts";
import { lookAfter } from "./look.ts";
import { readMessage } from "./message.ts";

/** A program of ours that must always run, and where it tells about itself. */
export type Program = {
  name: string;
  /** Path of its main.ts. */
  main: string;
  /** What Node itself reads when it starts. */
  nodeEnvironment: NodeJS.ProcessEnv;
  /** Its environment; it may load its code, but does not begin, before that is known. */
  environment: Promise<NodeJS.ProcessEnv>;
  /** Where it answers requests for its liveness; null: its messages to us say that it lives. */
  liveUrl: string | null;
  log: (line: string) => void;
  say: (sentence: string) => void;
  /** It ended or was ended against our will, and starts again; `why` completes "the api …". */
  onRestart: (why: string) => void;
  cleanup: Cleanup;
};

/** A running program. `stop` lets it end its work for a while; where we exit without that, it is killed. */
export type Child = { pid: () => number | undefined; stop: (secondsMax: number) => Promise<void> };

/**
 * Starts a program, and starts it again whenever it ends by itself or stands still: at once, then after longer and
 * longer.
 */
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
  const { pid } = child;
  state.process = child;
  if (pid !== undefined) program.cleanup.holds(pid);
  program.environment
    .then((environment) => child.connected && child.send(environment))
    .catch(() => undefined);
  const reason = listen(program, child);
  const watching = watch(program, child);
  child.on("error", (error) => program.say(`${program.name} cannot be reached: ${error.message}`));
  child.once("close", (code, signal) => {
    state.process = null;
    watching.stop();
    if (pid !== undefined) program.cleanup.released(pid);
    if (!state.isWanted) return;
    state.attempts = performance.now() - startedAt > STEADY_MS ? 0 : state.attempts + 1;
    const delayMs = Math.min(DELAY_MS_MAX, 250 * 2 ** state.attempts);
    const cause = watching.hung() ?? reason() ?? (signal ? `signal ${signal}` : `exit status ${code}`);
    program.say(`${program.name} ended (${cause}); it starts again in ${delayMs / 1000} s.`);
    program.onRestart(cause);
    state.timer = setTimeout(() => start(program, state), delayMs);
  });
}

/** Ends a program that stands still; `hung` says then that and for how long it did not answer. */
function watch(program: Program, child: ChildProcess) {
  let isRunning = false;
  let wasHeard = false;
  let hung: string | null = null;
  child.on("message", (raw) => {
    const message = readMessage(raw);
    if (message === null) return;
    if ("running" in message) isRunning = true;
    else wasHeard = true;
  });
  const spoke = () => {
    const spoken = isRunning && wasHeard;
    wasHeard = false;
    return Promise.resolve(spoken);
  };
  const { liveUrl } = program;
  const stop = lookAfter(liveUrl === null ? spoke : () => answers(liveUrl), (seconds) => {
    hung = `no answer for ${seconds} s`;
    program.log(`The supervisor ends this process, which gave ${hung}.`);
    // It could not even hear a gentler signal.
    child.kill("SIGKILL");
  });
  return { stop, hung: () => hung };
}

const ANSWER_MS_MAX = 2_000;

/** Any answer will do: that something else does not work is no reason to start this process again. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  await response.body?.cancel();
  return true;
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
