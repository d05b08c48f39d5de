import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import type { Logger } from "pino";

import type { Courier, Told } from "./courier.ts";
import { messageAs, type FromCourier, type ToCourier } from "./messages.ts";

const MAIN = join(import.meta.dirname, "main.ts");
const QUICK_RESOLVE = import.meta.resolve("../../../../scripts/quick-resolve.mjs");
/** One that says nothing at so many looks hangs: it says each second that it lives. Looks, since we may stand ourselves. */
const LOOK_EVERY_MS = 5_000;
const SILENT_LOOKS_MAX = 6;
const AGAIN_AFTER_MS = [100, 500, 2_000, 5_000];

/** The number of a process that was started, or that has ended. */
export type ProcessNews = { started: number } | { ended: number };

type CourierProcessOptions = { log: Logger; onProcess: (news: ProcessNews) => void };

/**
 * A courier in a process of its own, which is started again whenever it dies. Nobody can know what became of a call
 * whose caller is gone; so the caller outlives whatever happens to its checker, ends the calls under way and records
 * them. And an alert that kills whoever deals with it kills a courier, not the checker.
 */
export function startCourierProcess(options: CourierProcessOptions): Courier {
  const courier = new CourierProcess(options);
  courier.start();
  return courier;
}

class CourierProcess implements Courier {
  readonly #log: Logger;
  readonly #onProcess: (news: ProcessNews) => void;
  readonly #told = new Map<string, Told>();
  readonly #claimed = new Map<number, (together: readonly string[]) => void>();
  #child: ChildProcess | null = null;
  #ready = Promise.withResolvers<void>();
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;
  #looking: NodeJS.Timeout | undefined;
  #silentLooks = 0;
  #batch = 0;
  #deaths = 0;
  #stopped = false;

  constructor({ log, onProcess }: CourierProcessOptions) {
    this.#log = log;
    this.#onProcess = onProcess;
  }

  start(): void {
    const child = spawnCourier();
    const { pid } = child;
    this.#child = child;
    if (pid !== undefined) this.#onProcess({ started: pid });
    this.#silentLooks = 0;
    this.#looking = setInterval(() => this.#look(child), LOOK_EVERY_MS);
    child.on("message", (message) => this.#hear(messageAs<FromCourier>(message)));
    child.on("error", (error) => this.#log.warn({ err: error }, "The courier cannot be reached."));
    child.once("exit", (code, signal) => {
      if (pid !== undefined) this.#onProcess({ ended: pid });
      this.#died(signal ?? `status ${code}`);
    });
  }

  async take(parcels: Parameters<Courier["take"]>[0], told: Told): Promise<readonly string[]> {
    await this.#ready.promise;
    if (this.#stopped) return this.#letGo(parcels, told);
    this.#batch += 1;
    const message: ToCourier = { batch: this.#batch, parcels };
    for (const { deliveryId } of parcels) this.#told.set(deliveryId, told);
    const claimed = new Promise<readonly string[]>((resolve) => this.#claimed.set(message.batch, resolve));
    // Where the line is cut meanwhile, the end of the process is heard next.
    this.#child?.send(message, () => undefined);
    return await claimed;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    // Nobody is to wait for one that is not ready yet, or never was.
    this.#ready.resolve();
    const child = this.#child;
    if (child === null) return;
    const exited = once(child, "exit");
    if (child.connected) child.disconnect();
    await exited;
  }

  /** What is not taken stays due, and is found again by whoever looks next. */
  #letGo(parcels: Parameters<Courier["take"]>[0], told: Told): readonly string[] {
    for (const { deliveryId } of parcels)
      told(deliveryId, { wasSent: false, retryInMs: null, opensInMs: null });
    return [];
  }

  #look(child: ChildProcess): void {
    this.#silentLooks += 1;
    if (this.#silentLooks > SILENT_LOOKS_MAX) child.kill("SIGKILL");
  }

  #hear(message: FromCourier): void {
    this.#silentLooks = 0;
    switch (message.tells) {
      case "ready":
        this.#isReady = true;
        return this.#ready.resolve();
      case "alive":
        return;
      case "claimed":
        this.#deaths = 0;
        this.#claimed.get(message.batch)?.(message.together);
        this.#claimed.delete(message.batch);
        return;
      case "outcome":
        this.#told.get(message.deliveryId)?.(message.deliveryId, message.outcome);
        this.#told.delete(message.deliveryId);
    }
  }

  /** What it held is found again in the database, by its lease that ended with it. */
  #died(how: string): void {
    this.#child = null;
    clearInterval(this.#looking);
    const count = this.#told.size;
    this.#forgetAll();
    if (this.#stopped) return;
    // Whoever waits for one that died on its start waits for the next.
    if (this.#isReady) this.#ready = Promise.withResolvers<void>();
    this.#isReady = false;
    const againInMs = AGAIN_AFTER_MS[this.#deaths] ?? AGAIN_AFTER_MS.at(-1);
    this.#deaths += 1;
    this.#log.error({ how, count, againInMs }, "The courier died; it starts again.");
    this.#timer = setTimeout(() => this.start(), againInMs);
  }

  #forgetAll(): void {
    for (const resolve of this.#claimed.values()) resolve([]);
    this.#claimed.clear();
    const lost = [...this.#told];
    this.#told.clear();
    for (const [deliveryId, told] of lost)
      told(deliveryId, { wasSent: true, retryInMs: null, opensInMs: null });
  }
}

/** Detached, and with its output through us, so that nothing that ends or awaits our group of processes concerns it. */
function spawnCourier(): ChildProcess {
  const child = fork(MAIN, {
    execArgv: ["--import", QUICK_RESOLVE],
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  child.stdout?.pipe(process.stdout);
  child.stderr?.pipe(process.stderr);
  return child;
}
