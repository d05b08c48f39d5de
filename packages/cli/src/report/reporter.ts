import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";

import type { Machine } from "../machine.ts";
import { sleep } from "../sleep.ts";
import type { Message, RunRecord } from "./record.ts";
import { keep } from "./spool.ts";

/** How long the end of the run may take to hand over to the sender before the wrapper keeps it itself. */
const HAND_OVER_MS_MAX = 1_000;

/**
 * The wrapper's side of its reports. A sender, a process of its own that outlives the wrapper, makes the requests: so
 * neither a slow server nor TLS takes time from the job, and a wrapper that is killed is noticed.
 */
export class Reporter {
  readonly #machine: Machine;
  readonly #sender: ChildProcess;
  readonly #gone: Promise<void>;
  #record: RunRecord;
  #isGone = false;

  /** `environment`: what the sender gets beside the wrapper's own. */
  constructor(machine: Machine, begin: Extract<Message, { kind: "begin" }>) {
    this.#machine = machine;
    this.#record = begin.record;
    this.#sender = startSender(machine);
    this.#gone = new Promise((resolve) => {
      const gone = () => {
        this.#isGone = true;
        resolve();
      };
      this.#sender.once("exit", gone);
      this.#sender.once("error", gone);
    });
    this.#sender.stdin?.on("error", () => {});
    this.#tell(begin);
  }

  /** Says something about the run while it goes on. */
  note(text: string): void {
    this.#tell({ kind: "note", text });
  }

  /** Hands the end over; resolves once the sender, or the spool, has it. Waits `waitMs` for the sender to deliver it. */
  async end(ended: NonNullable<RunRecord["ended"]>, waitMs: number): Promise<void> {
    // Until now nothing was to keep this process alive but its job.
    this.#sender.ref();
    (this.#sender.stdin as Socket | null)?.ref();
    const handedOver = !this.#isGone && (await this.#handOver({ kind: "end", ended }));
    if (!handedOver) {
      keep(this.#machine, { ...this.#record, ended });
      startSender(this.#machine, "--flush").unref();
    }
    if (waitMs > 0 && handedOver) await Promise.race([this.#gone, sleep(waitMs)]);
  }

  async #handOver(message: Message): Promise<boolean> {
    const written = new Promise<boolean>((resolve) => {
      const { stdin } = this.#sender;
      if (stdin === null) return resolve(false);
      stdin.end(line(message), () => resolve(!this.#isGone && stdin.errored === null));
    });
    return Promise.race([written, this.#gone.then(() => false), sleep(HAND_OVER_MS_MAX).then(() => false)]);
  }

  #tell(message: Message): void {
    if (!this.#isGone) this.#sender.stdin?.write(line(message));
  }
}

/** Starts this program again as a sender, in a session of its own, and without the outputs of the job, which cron waits for. */
function startSender({ self, isTerminal, env }: Machine, ...args: string[]): ChildProcess {
  const [node, ...rest] = self;
  const child = spawn(node, [...rest, "send-reports", ...args], {
    detached: true,
    cwd: "/",
    env: { ...env },
    stdio: ["pipe", "ignore", isTerminal ? "inherit" : "ignore"],
  });
  child.unref();
  (child.stdin as Socket | null)?.unref();
  return child;
}

function line(message: Message): string {
  return `${JSON.stringify(message)}\n`;
}
