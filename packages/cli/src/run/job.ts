import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";

import { isInForeground, processTree } from "./proc.ts";
import { type Connected, openOutputs, type Tail } from "./output.ts";

/** How a command ended: its status as a shell would say it, 128 + n for signal n. */
export type JobEnd = { status: number; signal: NodeJS.Signals | null; problem: string | null };

export type Job = {
  /** Null if it could not be started. */
  pid: number | null;
  ended: Promise<JobEnd>;
  output: Connected;
  /** Sends a signal to every process of the job. */
  kill: (signal: NodeJS.Signals) => void;
  /** Whether any process of the job is left. */
  isAlive: () => boolean;
};

/** Out of the way of what scripts use. */
const LOCK_FD = 99;

type JobOptions = {
  command: readonly [string, ...string[]];
  env: NodeJS.ProcessEnv;
  output: "send" | "drop";
  tail: Tail;
  /** The descriptor of the lock, which the job gets too: so the lock lives as long as the job. */
  lockFd: number | null;
};

/**
 * Starts the command. With a terminal it stays in our process group, so that it can read from the terminal and Ctrl-C
 * reaches it; without one it gets a session and process group of its own, as a whole that can be stopped.
 */
export function startJob({ command, env, output, tail, lockFd }: JobOptions): Job {
  const [program, ...args] = command;
  const outputs = openOutputs(output, tail);
  const ownGroup = !hasTerminal();
  const stdio: StdioOptions = ["inherit", ...outputs.stdio, ...inheritedFds(args)];
  if (lockFd !== null) place(stdio, LOCK_FD, lockFd);
  let child: ChildProcess;
  try {
    child = spawn(program, args, { env, stdio, detached: ownGroup });
  } catch (error) {
    // What spawn() throws at once, such as for an argument with a zero byte, is as final as what it reports later.
    return { ...neverStarted(error as NodeJS.ErrnoException, program), output: outputs.connect([]) };
  }
  const ended = new Promise<JobEnd>((resolve) => {
    child.once("error", (error) => resolve(startFailure(error, program)));
    child.once("exit", (code, signal) => resolve(endOf(code, signal)));
  });
  const connected = outputs.connect([child.stdout, child.stderr]);
  const pid = child.pid ?? null;
  const targets = () => (pid === null ? [] : ownGroup ? [-pid] : processTree(pid));
  return {
    pid,
    ended,
    output: connected,
    kill: (signal) => targets().forEach((target) => sendSignal(target, signal)),
    isAlive: () => pid !== null && ownGroup && sendSignal(-pid, 0),
  };
}

/** Whether there is a terminal that this process can read from. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

/** Whether Ctrl-C has reached the job already, because the kernel sends it to our whole process group. */
export function isFromTerminal(signal: NodeJS.Signals): boolean {
  return (signal === "SIGINT" || signal === "SIGQUIT") && hasTerminal() && isInForeground();
}

/** Passes on the descriptors that an argument names, as a shell's `<(…)` does. */
function inheritedFds(args: readonly string[]): ("ignore" | number)[] {
  const stdio: ("ignore" | number)[] = [];
  for (const word of args) {
    const fd = Number(/^\/(?:dev|proc\/self)\/fd\/(\d{1,3})$/.exec(word)?.[1] ?? 0);
    if (fd > 2) place(stdio, fd - 3, fd);
  }
  return stdio;
}

/** What stays "ignore" above the three standard descriptors is closed in the job. */
function place(stdio: unknown[], at: number, fd: number): void {
  while (stdio.length < at) stdio.push("ignore");
  stdio[at] = fd;
}

function sendSignal(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch {
    return false;
  }
}

function neverStarted(error: NodeJS.ErrnoException, program: string): Omit<Job, "output"> {
  const ended = Promise.resolve(startFailure(error, program));
  return { pid: null, ended, kill: () => {}, isAlive: () => false };
}

/** 127 for what is not there and 126 for what cannot be run, as shells have it. */
function startFailure({ code }: NodeJS.ErrnoException, program: string): JobEnd {
  if (code === "ENOENT") return { status: 127, signal: null, problem: `${program}: command not found` };
  return { status: 126, signal: null, problem: `${program}: cannot be run (${code})` };
}

function endOf(code: number | null, signal: NodeJS.Signals | null): JobEnd {
  const status = signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0);
  return { status, signal, problem: null };
}
