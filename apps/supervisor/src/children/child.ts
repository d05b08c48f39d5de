import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

import { escapeHidden, parseJsonOrNull } from "@overdue/core";
import { z } from "zod";

import type { Cleanup } from "./cleanup.ts";

/** A program that must always run. `log` gets its output, `say` prints a sentence on the terminal. */
type Program = {
  name: string;
  /** Path of its main.ts. */
  main: string;
  /** The variables that Node itself needs at the start. */
  nodeEnvironment: NodeJS.ProcessEnv;
  /** The program's environment. Until that is known, the program loads its code and waits; see gate.ts. */
  environment: Promise<NodeJS.ProcessEnv>;
  /** The URL that shows that it is alive; null: its messages to the supervisor do. */
  liveUrl: string | null;
  log: (line: string) => void;
  say: (sentence: string) => void;
  /** Called when it ended unexpectedly and is started again; `why` is the cause, such as "exit status 3". */
  onRestart: (why: string) => void;
  cleanup: Cleanup;
};

/** A running program. `stop` gives it time to finish its work. If the supervisor exits without it, the program is killed. */
export type Child = { pid: () => number | undefined; stop: (secondsMax: number) => Promise<void> };

/**
 * Starts a program, and starts it again whenever it ends by itself or hangs: after half a second at first, then with
 * growing delays; see `nextRestart`.
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

const PRELOADED = ["../../../../scripts/quick-resolve.mjs", "./tether.ts", "./gate.ts"].flatMap((file) => [
  "--import",
  import.meta.resolve(file),
]);

// Detached, because Ctrl-C reaches the whole process group, but the supervisor decides in which order processes stop.
function start(program: Program, state: State): void {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...PRELOADED, program.main], {
    env: program.nodeEnvironment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const { pid } = child;
  state.process = child;
  if (pid !== undefined) program.cleanup.track(pid);
  program.environment
    .then((environment) => child.connected && child.send(environment))
    .catch(() => undefined);
  const reason = listen(program, child);
  const watching = watch(program, child);
  child.on("error", (error) => program.say(`${program.name} cannot be reached: ${error.message}`));
  child.once("close", (code, signal) => {
    state.process = null;
    watching.stop();
    if (pid !== undefined) program.cleanup.untrack(pid);
    if (!state.isWanted) return;
    const lived = { livedMs: performance.now() - startedAt, hadStarted: watching.hadStarted() };
    const { attempts, delayMs } = nextRestart(state.attempts, lived);
    state.attempts = attempts;
    const cause = watching.hung() ?? reason() ?? (signal ? `signal ${signal}` : `exit status ${code}`);
    program.say(`${program.name} ended (${cause}); it starts again in ${delayMs / 1000} s.`);
    program.onRestart(cause);
    state.timer = setTimeout(() => start(program, state), delayMs);
  });
}

/** A program that ran for longer than this counts as steady, so its next restart is quick again. */
const STEADY_MS = 10_000;
const DELAY_MS_MAX = 30_000;
/** While the api is away no ping is received, so one that works after each start is not left away for long. */
const DELAY_AFTER_START_MS_MAX = 2_000;

/**
 * When to start a program again that has ended after `livedMs`: at once if it had run for a while; with growing delays, up to
 * 30 s, if it never came to run, because a cause such as a wrong setting does not go away by itself.
 */
export function nextRestart(
  attempts: number,
  { livedMs, hadStarted }: { livedMs: number; hadStarted: boolean },
): { attempts: number; delayMs: number } {
  const next = hadStarted && livedMs > STEADY_MS ? 0 : attempts + 1;
  const most = hadStarted ? DELAY_AFTER_START_MS_MAX : DELAY_MS_MAX;
  return { attempts: next, delayMs: Math.min(most, 250 * 2 ** next) };
}

/** Kills a program that hangs; `hung` then says for how long it gave no answer. `hadStarted`: it has shown a sign of life. */
function watch(program: Program, child: ChildProcess) {
  let isRunning = false;
  let hasMessage = false;
  let hadStarted = false;
  let hung: string | null = null;
  child.on("message", (raw) => {
    const message = readMessage(raw);
    if (message === null) return;
    if ("running" in message) isRunning = true;
    else hasMessage = true;
  });
  const sentMessage = () => {
    const isAlive = isRunning && hasMessage;
    hasMessage = false;
    return Promise.resolve(isAlive);
  };
  const { liveUrl } = program;
  const onFirst = () => {
    hadStarted = true;
    program.log("The supervisor received the first sign of life, and watches this process from now on.");
  };
  const onHung = (seconds: number) => {
    hung = `no answer for ${seconds} s`;
    program.log(`The supervisor ends this process, which gave ${hung}.`);
    // A process that hangs cannot handle any other signal.
    child.kill("SIGKILL");
  };
  const stop = watchLiveness(liveUrl === null ? sentMessage : () => respondsAt(liveUrl), { onFirst, onHung });
  return { stop, hung: () => hung, hadStarted: () => hadStarted };
}

const ANSWER_MS_MAX = 2_000;

/** Whether there is any response, even one that reports a problem: that is no reason to restart this process. */
async function respondsAt(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
  await response.body?.cancel();
  return true;
}

/** Logs every line of output, and shows warnings and errors. Returns a function for the last error line, a likely cause. */
function listen(program: Program, child: ChildProcess): () => string | null {
  let reason: string | null = null;
  const follow = (stream: Readable | null) => {
    if (!stream) return;
    createInterface({ input: stream }).on("line", (raw) => {
      const line = escapeHidden(raw);
      program.log(line);
      if (isErrorLine(line)) reason = line;
      const sentence = warningSentence(program.name, line);
      if (sentence !== null) program.say(sentence);
    });
  };
  follow(child.stdout);
  follow(child.stderr);
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

/** How often a process is checked, and how many checks in a row may find no sign of life. */
type Patience = { everyMs: number; looks: number };

const RUNNING: Patience = { everyMs: 2_000, looks: 5 };
/** Five minutes until the first sign of life, however slow the machine is. */
const STARTING: Patience = { everyMs: 250, looks: 1_200 };

/**
 * Checks repeatedly whether a process shows a sign of life. Calls `onFirst` at the first one, and `onHung` when they cease.
 * It counts checks in a row instead of measuring time, because on a machine that slept, or under a supervisor that was
 * stopped for a while, the checks paused too. Returns a function that ends it.
 */
export function watchLiveness(
  isAlive: () => Promise<boolean>,
  { onFirst, onHung }: { onFirst?: () => void; onHung: (silentSeconds: number) => void },
): () => void {
  let silent = 0;
  let patience = STARTING;
  let isStopped = false;
  const look = async () => {
    const alive = await isAlive().catch(() => false);
    if (isStopped) return;
    silent = alive ? 0 : silent + 1;
    if (alive && patience === STARTING) {
      patience = RUNNING;
      onFirst?.();
    }
    if (silent >= patience.looks) return onHung(Math.round((silent * patience.everyMs) / 1_000));
    timer = schedule();
  };
  const schedule = () => setTimeout(() => void look(), patience.everyMs).unref();
  let timer = schedule();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

const WARN = 40;
const Line = z.object({
  level: z.number(),
  msg: z.string(),
  err: z.object({ message: z.string() }).optional(),
});

/** A warning or error that a child logged, as a sentence for a person; null for every other line. */
function warningSentence(child: string, line: string): string | null {
  const parsed = Line.safeParse(parseJsonOrNull(line));
  if (!parsed.success || parsed.data.level < WARN) return null;
  const { msg, err } = parsed.data;
  return `${child}: ${msg}${err && err.message !== msg ? ` (${err.message})` : ""}`;
}

/** Whether a line that is not a log line, such as `TypeError: …`, says why a program ended. */
function isErrorLine(line: string): boolean {
  return /^(Uncaught )?\w*Error\b.*: /.test(line);
}

/** What a program tells the supervisor: that its event loop runs (`alive`), or that its start is complete (`running`). */
const Message = z.union([z.object({ alive: z.literal(true) }), z.object({ running: z.literal(true) })]);
type Message = z.infer<typeof Message>;

/** Parses a message; null for anything else that a program may send. */
function readMessage(message: unknown): Message | null {
  return Message.safeParse(message).data ?? null;
}
