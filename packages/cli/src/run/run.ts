import { readlinkSync } from "node:fs";

import { findTarget, readConfig, type Target } from "../config.ts";
import { durationText } from "../duration.ts";
import { type Machine, tell } from "../machine.ts";
import { bootId, type Ending, type Moment, momentNow } from "../report/record.ts";
import type { LeaseRef } from "../report/lease.ts";
import { Reporter } from "../report/reporter.ts";
import { sleep } from "../sleep.ts";
import { type Attempt, factsOf, sentenceFor } from "./attempt.ts";
import { isFromTerminal, type Job, type JobEnd, startJob } from "./job.ts";
import { guard, type Guard } from "./guard.ts";
import { measure } from "./measure.ts";
import { readRunOptions, type RunOptions } from "./options.ts";
import { Tail } from "./output.ts";
import { elapsedMs, randomId, startOf } from "./proc.ts";

/** What timeout(1) says, too. */
const TIMED_OUT = 124;
/** EX_TEMPFAIL: not run for now. So a skipped run is neither a success for what follows it, nor a failure of the command. */
const SKIPPED = 75;
const FORWARDED = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCONT"] as const;
const STOPPING: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"]);
const REPORT_WAIT_MS = 10_000;
const FIRST_PID_NAMESPACE = "pid:[4026531836]";

/** How this process ends: by the same signal as the job, where its parent may care, else with the status. */
export type Leave = { status: number; signal: NodeJS.Signals | null };

/** `overdue run`: runs the command, and says how it went. */
export async function run(machine: Machine, args: readonly string[]): Promise<Leave> {
  const options = readRunOptions(args, machine.env);
  const wrapper = new Wrapper(machine, options);
  return wrapper.run();
}

class Wrapper {
  readonly #machine: Machine;
  readonly #options: RunOptions;
  readonly #target: Target | string;
  /** The check as people may see it: a ping URL is a secret. */
  readonly #name: string;
  readonly #runId = randomId();
  readonly #tail = new Tail();
  #reporter: Reporter | null = null;
  #job: Job | null = null;
  /** The signal that was sent to us to stop. */
  #stoppedBy: NodeJS.Signals | null = null;
  #wakeUp: () => void = () => {};

  constructor(machine: Machine, options: RunOptions) {
    this.#machine = machine;
    this.#options = options;
    this.#target = findTarget(options.check, { create: options.create, config: readConfig(machine) });
    this.#name = typeof this.#target === "string" ? options.check : this.#target.name;
  }

  async run(): Promise<Leave> {
    const { jitterMs } = this.#options;
    this.#forwardSignals();
    if (jitterMs > 0) await this.#sleep(Math.random() * jitterMs);
    if (this.#stoppedBy !== null) return leave({ status: 143, signal: this.#stoppedBy, problem: null });
    const held = await guard(this.#machine, {
      options: this.#options,
      target: this.#target,
      runId: this.#runId,
    });
    if (held.kind === "skip") return this.#skip(held.why);
    if (typeof this.#target === "string")
      process.stderr.write(`overdue: ${this.#name} is not reported: ${this.#target}.\n`);
    const { attempt, count } = await this.#tryOften(held);
    held.release();
    await this.#report(attempt, { count, leaseLost: held.isLost() });
    return leave(attempt.timedOut ? { ...attempt, status: TIMED_OUT, signal: null } : attempt);
  }

  async #tryOften(held: Guard & { kind: "held" }): Promise<{ attempt: Attempt; count: number }> {
    const { retries, backoffMs } = this.#options;
    for (let count = 1; ; count += 1) {
      const attempt = await this.#try(held, count);
      const isOver = attempt.status === 0 && !attempt.timedOut;
      if (isOver || count > retries || this.#stoppedBy !== null || held.isLost()) return { attempt, count };
      const pauseMs = backoffMs * 2 ** (count - 1);
      const said = `Attempt ${count} of ${retries + 1} ended with status ${attempt.timedOut ? TIMED_OUT : attempt.status}; the next one follows in ${durationText(pauseMs)}.`;
      this.#reporter?.note(said);
      tell(this.#machine, said);
      await this.#sleep(pauseMs);
      if (this.#stoppedBy !== null) return { attempt, count };
    }
  }

  async #try(held: Guard & { kind: "held" }, count: number): Promise<Attempt> {
    const { command, output, timeoutMs, killAfterMs } = this.#options;
    const measuring = measure();
    const env = {
      ...this.#machine.env,
      OVERDUE_RUN_ID: this.#runId,
      OVERDUE_ATTEMPT: String(count),
      ...held.env,
    };
    const started = momentNow();
    const begun = elapsedMs();
    const job = startJob({ command, env, output, tail: this.#tail, lockFd: held.lockFd });
    this.#job = job;
    if (job.pid !== null) {
      held.holdFor(job);
      measuring.watch(job.pid);
    }
    this.#begin(job, { started, lease: held.lease });
    const limit = timeoutMs === null ? null : timeLimit(job, { timeoutMs, killAfterMs });
    const end = await job.ended;
    const measured = measuring.end();
    this.#job = null;
    const timedOut = limit?.stop() ?? false;
    if (timedOut) await limit?.finished();
    if (end.problem !== null) process.stderr.write(`overdue: ${end.problem}\n`);
    await (timedOut
      ? Promise.race([job.output.drained(), sleep(killAfterMs, { ref: false })])
      : job.output.drained());
    return {
      ...end,
      durationMs: elapsedMs() - begun,
      measured,
      timedOut,
      output: job.output.problem(),
    };
  }

  /** Starts the watcher, once the command runs. */
  #begin(job: Job, { started, lease }: { started: Moment; lease: LeaseRef | null }): void {
    const { pid } = job;
    if (this.#reporter !== null || typeof this.#target === "string") return;
    const record = { target: this.#target, runId: this.#runId, bootId: bootId(), started, ended: null };
    const jobBegan = pid === null ? null : startOf(pid);
    this.#reporter = new Reporter(this.#machine, {
      kind: "begin",
      record,
      job: pid,
      jobBegan,
      lease,
    });
    tell(
      this.#machine,
      `${this.#name} started${pid === null ? "" : ` as process ${pid}`}, run ${this.#runId}`,
    );
  }

  async #report(
    attempt: Attempt,
    { count, leaseLost }: { count: number; leaseLost: boolean },
  ): Promise<void> {
    const { minRuntimeMs } = this.#options;
    const tooQuick = attempt.status === 0 && !attempt.timedOut && attempt.durationMs < minRuntimeMs;
    const status = attempt.timedOut ? TIMED_OUT : tooQuick ? null : attempt.status;
    const ending: Ending = {
      kind: "end",
      status,
      tail: Buffer.concat([
        this.#tail.bytes(),
        Buffer.from(attempt.problem === null ? "" : `${attempt.problem}\n`),
      ]).toString("base64"),
      facts: factsOf(attempt, {
        count,
        leaseLost,
        tooQuick,
        options: this.#options,
        stoppedBy: this.#stoppedBy,
      }),
      durationMs: attempt.durationMs,
    };
    tell(this.#machine, sentenceFor(this.#name, { status, attempt }));
    // A person who stops us once more does not want to wait for a report.
    const stopped = new Promise<void>((resolve) => (this.#wakeUp = resolve));
    const waitMs = reportWaitMs(this.#machine, this.#options);
    await Promise.race([this.#reporter?.end({ ...ending, ...momentNow() }, waitMs), stopped]);
  }

  /** Says that the command was not run, and why. */
  async #skip(why: string): Promise<Leave> {
    tell(this.#machine, `${this.#name} was skipped: ${why}`);
    if (typeof this.#target !== "string") {
      const record = {
        target: this.#target,
        runId: this.#runId,
        bootId: bootId(),
        started: null,
        ended: null,
      };
      const reporter = new Reporter(this.#machine, {
        kind: "begin",
        record,
        job: null,
        jobBegan: null,
        lease: null,
      });
      const tail = Buffer.from(`Skipped: ${why}.\n`).toString("base64");
      const ending: Ending = { kind: "log", status: null, tail, facts: { skipped: why }, durationMs: null };
      await reporter.end({ ...ending, ...momentNow() }, reportWaitMs(this.#machine, this.#options));
    }
    return { status: SKIPPED, signal: null };
  }

  #forwardSignals(): void {
    for (const signal of FORWARDED)
      process.on(signal, () => {
        if (STOPPING.has(signal)) this.#stoppedBy = signal;
        this.#wakeUp();
        if (this.#job !== null && !isFromTerminal(signal)) this.#job.kill(signal);
      });
  }

  /** Ends early where this process is to stop. */
  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wakeUp = () => {
        if (this.#stoppedBy === null) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Stops the job when its time is over: all its processes, first with SIGTERM and then with SIGKILL. */
function timeLimit(job: Job, { timeoutMs, killAfterMs }: { timeoutMs: number; killAfterMs: number }) {
  let isOver = false;
  let killed: Promise<void> | null = null;
  const timer = setTimeout(() => {
    isOver = true;
    job.kill("SIGTERM");
    job.kill("SIGCONT");
    killed = sleep(killAfterMs, { ref: false }).then(() => job.kill("SIGKILL"));
  }, timeoutMs);
  return {
    /** The command has ended. @returns whether that was because of the limit */
    stop: () => {
      clearTimeout(timer);
      return isOver;
    },
    /** Resolves when no process of the job is left, which takes the pause before SIGKILL at most. */
    finished: async () => {
      while (job.isAlive()) {
        const ended = await Promise.race([
          killed?.then(() => true),
          sleep(20, { ref: false }).then(() => false),
        ]);
        if (ended) return;
      }
    },
  };
}

/** How long to wait for the report: not at all, but where what this process leaves behind dies with it. */
function reportWaitMs({ env }: Machine, { reportWaitMs: asked }: RunOptions): number {
  if (asked !== null) return asked;
  const isInContainer = process.pid === 1 || pidNamespace() !== FIRST_PID_NAMESPACE;
  return isInContainer || env["INVOCATION_ID"] !== undefined ? REPORT_WAIT_MS : 0;
}

/** The signals by which a parent, such as systemd or a shell's loop, tells that a process was stopped and did not fail. */
const PASSED_ON: ReadonlySet<string> = new Set(["SIGHUP", "SIGINT", "SIGTERM"]);

function leave({ status, signal }: JobEnd): Leave {
  return { status, signal: signal !== null && PASSED_ON.has(signal) && process.pid !== 1 ? signal : null };
}

function pidNamespace(): string | null {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return null;
  }
}
