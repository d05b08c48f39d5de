import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";

import { type Machine, stateDirectory } from "../machine.ts";
import { sleep } from "../sleep.ts";
import { endPing, startPing } from "./deliver.ts";
import { placeFacts } from "./facts.ts";
import type { Message, RunRecord } from "./record.ts";
import { keep } from "./spool.ts";
import { endLines, SEND, startLines, WATCHER } from "./watcher.ts";

/** How long the end of the run may take to hand over before the wrapper keeps it itself. */
const HAND_OVER_MS_MAX = 1_000;
/** A job that ends sooner is reported by its end alone, which says how long it took. */
const START_AFTER_MS = 50;

type Begin = Extract<Message, { kind: "begin" }>;

/**
 * The wrapper's side of its reports. The watcher, a process of its own that outlives the wrapper, makes the requests: so
 * neither a slow server nor TLS takes time from the job, and a wrapper that is killed is noticed.
 */
export class Reporter {
  readonly #machine: Machine;
  readonly #begin: Begin;
  readonly #place: ReturnType<typeof placeFacts>;
  readonly #child: ChildProcess;
  /** Where the watcher reads what to do; null where the sender was started in its place. */
  readonly #control: Socket | null;
  readonly #gone: Promise<void>;
  readonly #starting: NodeJS.Timeout;
  #isGone = false;
  #isStartSaid = false;
  #isSending = false;

  constructor(machine: Machine, begin: Begin) {
    this.#machine = machine;
    this.#begin = begin;
    const watcher = startWatcher(machine);
    // An image may be without a shell.
    this.#child = watcher.pid === undefined ? startSender(machine, "wanted", "") : watcher;
    this.#control = watcher.pid === undefined ? null : (watcher.stdio[3] as Socket);
    this.#gone = new Promise((resolve) => {
      const gone = () => {
        this.#isGone = true;
        resolve();
      };
      this.#child.once("exit", gone);
      this.#child.once("error", gone);
    });
    this.#write(begin);
    this.#starting = setTimeout(() => this.#sayStart(), START_AFTER_MS).unref();
    // The job runs by now, so this costs it nothing.
    this.#place = placeFacts(machine);
  }

  /** Says something about the run while it goes on. */
  note(text: string): void {
    this.#write({ kind: "note", text });
    this.#sayStart();
    this.#order(SEND);
  }

  /** Hands the end over; resolves once the watcher, or the spool, has it. Waits `waitMs` until it is delivered. */
  async end(ended: NonNullable<RunRecord["ended"]>, waitMs: number): Promise<void> {
    clearTimeout(this.#starting);
    // Until now nothing was to keep this process alive but its job.
    this.#child.ref();
    for (const pipe of this.#pipes()) pipe.ref();
    const record = { ...this.#begin.record, ended };
    const isHandedOver = !this.#isGone && (await this.#handOver(record));
    if (!isHandedOver) {
      keep(this.#machine, record);
      startSender(this.#machine, "--flush").unref();
    } else if (waitMs > 0) {
      for (const pipe of this.#pipes()) pipe.end();
      await Promise.race([this.#gone, sleep(waitMs)]);
    }
  }

  async #handOver({ ended, ...record }: RunRecord): Promise<boolean> {
    if (ended === null) return false;
    this.#write({ kind: "end", ended });
    const ping = endPing({ ...record, ended: { ...ended, facts: { ...this.#place, ...ended.facts } } });
    if (ping !== null && this.#begin.lease === null) {
      const lines = endLines(this.#machine, record.target, ping);
      // The answer to the start says how much of a long output the server keeps.
      if (lines === SEND) this.#sayStart();
      this.#order(lines);
    } else this.#order(SEND);
    const isWritten = () => this.#pipes().every((pipe) => pipe.writableLength === 0 || pipe.errored !== null);
    const until = Date.now() + HAND_OVER_MS_MAX;
    while (!isWritten() && !this.#isGone && Date.now() < until) await sleep(1);
    const { stdin } = this.#child;
    return !this.#isGone && stdin !== null && stdin.errored === null && stdin.writableLength === 0;
  }

  #sayStart(): void {
    if (this.#isStartSaid) return;
    this.#isStartSaid = true;
    const ping = startPing(this.#begin.record);
    if (ping !== null)
      this.#order(startLines(this.#machine, this.#begin.record.target, { ...ping, facts: this.#place }));
  }

  /** Says to the watcher what to do; it reads no more once it is to become the sender. */
  #order(lines: string): void {
    if (this.#isGone || this.#isSending) return;
    this.#isSending = lines === SEND;
    this.#control?.write(lines, "latin1");
  }

  /** Writes what the sender would read. */
  #write(message: Message): void {
    if (!this.#isGone) this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  #pipes(): Socket[] {
    return [this.#child.stdin as Socket | null, this.#control].filter((pipe) => pipe !== null);
  }
}

/** A session of its own, and without the outputs of the job, which cron waits for. */
function startBeside(
  { isTerminal, env }: Machine,
  command: readonly [string, ...string[]],
  more: "pipe"[] = [],
) {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    detached: true,
    cwd: "/",
    env: { ...env },
    stdio: ["pipe", "ignore", isTerminal ? "inherit" : "ignore", ...more],
  });
  child.on("error", () => {});
  child.unref();
  for (const pipe of child.stdio) {
    pipe?.on("error", () => {});
    (pipe as Socket | null)?.unref();
  }
  return child;
}

/** The text of the shell is in its environment, so that `ps` shows a line. */
function startWatcher(machine: Machine): ChildProcess {
  const spool = join(stateDirectory(machine), "spool");
  const words = ["-c", 'eval "$OVERDUE_WATCHER"', "overdue", spool, ...machine.self, "send-reports"];
  const env = { ...machine.env, OVERDUE_WATCHER: WATCHER };
  return startBeside({ ...machine, env }, ["sh", ...words], ["pipe"]);
}

/** Starts this program again as a sender. */
function startSender(machine: Machine, ...args: string[]): ChildProcess {
  return startBeside(machine, [...machine.self, "send-reports", ...args]);
}
