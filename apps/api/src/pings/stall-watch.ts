import type { Logger } from "pino";

const TICK_EVERY_MS = 200;
/** A shorter pause is no stall: nobody notices it. */
const STALL_MS_MIN = 1_000;
const STALLS_KEPT_MAX = 20;

/** `now`: elapsed milliseconds; `cpuMs`: the processor time that this thread has had. */
type Clocks = { now: () => number; cpuMs: () => number };

const OWN_CLOCKS: Clocks = {
  now: () => performance.now(),
  cpuMs: () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  },
};

/** Why this process answered nobody: its thread was computing, or it got no processor time. */
export type StallCause = "busy" | "paused";

/**
 * Notices when this process could answer nobody for a while. The processor time of its main thread shows whether it was
 * computing meanwhile or was not run at all.
 */
export class StallWatch {
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #stalls: { endedAt: number; ms: number; cause: StallCause }[] = [];
  readonly #clocks: Clocks;
  #tickedAt: number;
  #cpuMs: number;

  constructor(log: Logger, clocks: Clocks = OWN_CLOCKS) {
    this.#log = log;
    this.#clocks = clocks;
    this.#tickedAt = clocks.now();
    this.#cpuMs = clocks.cpuMs();
    this.#timer = setInterval(() => this.#tick(), TICK_EVERY_MS).unref();
  }

  /** The cause of the longest stall that ended within the last `ms`; null unless it lasted for at least half of that time. */
  causeWithin(ms: number): StallCause | null {
    this.#tick();
    const from = this.#clocks.now() - ms;
    const [longest] = this.#stalls.filter(({ endedAt }) => endedAt >= from).toSorted((a, b) => b.ms - a.ms);
    return longest !== undefined && longest.ms >= ms / 2 ? longest.cause : null;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = this.#clocks.now();
    const cpuMs = this.#clocks.cpuMs();
    const [ms, computedMs] = [now - this.#tickedAt, cpuMs - this.#cpuMs];
    this.#tickedAt = now;
    this.#cpuMs = cpuMs;
    if (ms < TICK_EVERY_MS + STALL_MS_MIN) return;
    const cause: StallCause = computedMs >= ms / 2 ? "busy" : "paused";
    this.#stalls = [...this.#stalls, { endedAt: now, ms, cause }].slice(-STALLS_KEPT_MAX);
    this.#log.warn({ ms: Math.round(ms), cause }, SENTENCES[cause]);
  }
}

const SENTENCES = {
  busy: "This process answered nobody for a while, because it was computing: please report which requests it got then.",
  paused: "This process answered nobody for a while: the machine gave it no processor time.",
};
