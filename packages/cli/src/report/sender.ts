import { createInterface } from "node:readline";

import type { Machine } from "../machine.ts";
import { startOf } from "../run/proc.ts";
import { sleep } from "../sleep.ts";
import { deliver, type Delivery, endPing, learnBodyLimit, type Ping, startPing } from "./deliver.ts";
import { askForLease, LEASE_SECONDS, RENEW_MS } from "./lease.ts";
import { placeFacts } from "./facts.ts";
import { bootId, type Message, momentNow, type RunRecord } from "./record.ts";
import { forget, keep, noteProblem, readSpool } from "./spool.ts";

type Begin = Extract<Message, { kind: "begin" }>;

/** Pauses between tries. After the last one the report stays in the spool, for the sender of a later run. */
const PAUSES_MS = [1_000, 3_000, 10_000, 30_000, 60_000, 120_000];
/** How long the start may still be under way once the run has ended. */
const START_MS_MAX = 2_000;
const LOOK_FOR_JOB_MS = 2_000;
/** How many reports of earlier runs one sender delivers at most. */
const FLUSH_MAX = 200;
/** A report that is older than the server would evaluate is only in the way. */
const WORTHLESS_MS = 7 * 86_400_000;

/** What became of the start before there was a sender: nobody has sent it, curl could not, or the server has it. */
type StartState = "unsent" | "wanted" | "sent";

/**
 * Reports one run, as its wrapper says it on standard input, then what earlier runs could not deliver. Its words are those of
 * the watcher that it was, or `--flush` for the spool alone.
 */
export async function sendReports(machine: Machine, args: readonly string[]): Promise<void> {
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"] as const) process.on(signal, () => {});
  if (!args.includes("--flush")) {
    const messages = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const first = await messages.next();
    const begin = first.done === true ? null : (JSON.parse(first.value) as Message);
    if (begin?.kind !== "begin") return;
    const [start = "wanted", limit = ""] = args;
    if (/^\d+$/.test(limit)) learnBodyLimit(Number(limit));
    if (!(await new RunReport(machine, begin, start as StartState).follow(messages))) return;
  }
  await flushSpool(machine, FLUSH_MAX);
}

/** The reports of one run. */
class RunReport {
  readonly #machine: Machine;
  readonly #begin: Begin;
  readonly #hurry = new AbortController();
  #record: RunRecord;
  #start: StartState;

  constructor(machine: Machine, begin: Begin, start: StartState) {
    this.#machine = machine;
    this.#begin = begin;
    this.#record = begin.record;
    this.#start = start;
  }

  /** @returns whether the server has the end */
  async follow(messages: AsyncIterator<string>): Promise<boolean> {
    const starting = this.#start === "wanted" ? this.#sendStart() : Promise.resolve();
    for (let next = await messages.next(); next.done !== true; next = await messages.next()) {
      const message = parse(next.value);
      if (message?.kind === "note") await this.#note(message.text);
      else if (message?.kind === "end") return this.#end(starting, message.ended);
    }
    const started = this.#start === "unsent" ? this.#sendStart() : starting;
    return this.#end(started, await this.#endOfOrphan(started));
  }

  /** Tries until the server has the start, or the run has ended: its end then says how long it took. */
  async #sendStart(): Promise<void> {
    const ping = startPing(this.#record);
    if (ping === null) return;
    const { signal } = this.#hurry;
    for (let tries = 0; !signal.aborted; tries += 1) {
      const delivery = await this.#deliver({ ...ping, facts: placeFacts(this.#machine) }, signal);
      if (delivery.kind !== "again") return void (this.#start = "sent");
      if (tries === 0) keep(this.#machine, this.#record);
      await pause(tries, signal);
    }
  }

  async #note(text: string): Promise<void> {
    await this.#deliver({ action: "log", runId: this.#record.runId, body: Buffer.from(text) });
  }

  async #end(starting: Promise<void>, ended: NonNullable<RunRecord["ended"]>): Promise<boolean> {
    this.#record = {
      ...this.#record,
      ended: { ...ended, facts: { ...placeFacts(this.#machine), ...ended.facts } },
    };
    const unkept = keep(this.#machine, this.#record);
    const releasing = this.#lease(0);
    await Promise.race([starting, sleep(this.#start === "sent" ? 0 : START_MS_MAX)]);
    this.#hurry.abort();
    const ping = endPing(this.#record);
    await releasing;
    for (let tries = 0; ping !== null; tries += 1) {
      const delivery = await this.#deliver(ping);
      if (delivery.kind !== "again") {
        forget(this.#machine, this.#record);
        return delivery.kind === "delivered";
      }
      if (tries >= PAUSES_MS.length) break;
      await pause(tries);
    }
    if (unkept !== null) noteProblem(this.#machine, `A report is lost, and could not be kept: ${unkept}`);
    return false;
  }

  /** The wrapper was killed: says so, waits for the job that it left behind, and says that nobody saw how that ended. */
  async #endOfOrphan(starting: Promise<void>): Promise<NonNullable<RunRecord["ended"]>> {
    const { job, jobBegan } = this.#begin;
    const isAlive = () => job !== null && jobBegan !== null && startOf(job) === jobBegan;
    if (isAlive()) {
      await Promise.race([starting, sleep(START_MS_MAX)]);
      await this.#note(`The wrapper was killed. The job goes on as process ${job}.`);
    }
    for (let looks = 0; isAlive(); looks += 1) {
      if (looks % (RENEW_MS / LOOK_FOR_JOB_MS) === 0) await this.#lease(LEASE_SECONDS);
      await sleep(LOOK_FOR_JOB_MS);
    }
    const text = "The wrapper was killed, so how the job ended is not known. It counts as failed.\n";
    const facts = { wrapperKilled: true };
    const tail = Buffer.from(text).toString("base64");
    return { kind: "end", status: null, tail, facts, durationMs: null, ...momentNow() };
  }

  /** Renews the lease of the run, or gives it back with 0. What fails is over by itself. */
  async #lease(seconds: number): Promise<void> {
    const { lease } = this.#begin;
    if (lease !== null) await askForLease(this.#machine, lease, seconds).catch(() => {});
  }

  async #deliver(ping: Ping, signal?: AbortSignal): Promise<Delivery> {
    const delivery = await deliver(this.#machine, this.#record.target, {
      ping,
      ...(signal !== undefined && { signal }),
    });
    if (delivery.kind !== "delivered" && signal?.aborted !== true)
      sayProblem(this.#machine, this.#record, delivery.why);
    return delivery;
  }
}

/**
 * Delivers what is in the spool, oldest first, until the server is away again. The end of a run stands for its start, since
 * a start that comes after all would begin a run that has ended. @returns how many were delivered
 */
export async function flushSpool(machine: Machine, atMost: number): Promise<number> {
  let delivered = 0;
  for (const { record } of readSpool(machine).slice(0, atMost)) {
    const ping = endPing(record) ?? startPing(record);
    const { at } = record.ended ?? record.started ?? { at: 0 };
    if (ping === null || Date.now() - at > WORTHLESS_MS) {
      forget(machine, record);
      continue;
    }
    // The sender of a run that still goes on tells of its start itself.
    if (record.ended === null && !isLeftAlone(record)) continue;
    const delivery = await deliver(machine, record.target, { ping });
    if (delivery.kind === "again") break;
    forget(machine, record);
    if (delivery.kind === "delivered") delivered += 1;
    else sayProblem(machine, record, delivery.why);
  }
  return delivered;
}

/** Whether the machine was started anew since, so that nobody is left to tell of this run's end. */
function isLeftAlone({ bootId: bootedAs, started }: RunRecord): boolean {
  const { uptime } = momentNow();
  return bootedAs !== bootId() || uptime === null || (started?.uptime ?? 0) > uptime;
}

function sayProblem(machine: Machine, { target }: RunRecord, why: string): void {
  const sentence = `${target.name} was not reported: ${why}`;
  noteProblem(machine, sentence);
  if (machine.isTerminal) process.stderr.write(`overdue: ${sentence}\n`);
}

function parse(text: string): Message | null {
  try {
    return JSON.parse(text) as Message;
  } catch {
    return null;
  }
}

function pause(tries: number, signal?: AbortSignal): Promise<void> {
  return sleep(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)] ?? 0, { signal });
}
