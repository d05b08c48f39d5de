import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** One ping as its client saw it. Times are milliseconds of the harness's own clock, which no fault changes. */
export type SentPing = {
  /** The run id that it carried, by which it is found again. */
  rid: string;
  kind: "success" | "fail" | "start";
  job: string;
  sentAt: number;
  /** When an answer of the class 2xx came; null: none came before the end of the run. */
  ackedAt: number | null;
  tries: number;
  /** Attempts that met a kept connection which had just ended; those are sent again at once. */
  reconnects: number;
};

/** One call of a provider: "taken": it took the message and said so; "lost": it took it, and its answer did not arrive. */
export type ProviderCall = {
  hook: number;
  deliveryId: string;
  type: string;
  checkId: string;
  incidentId: string;
  outcome: "taken" | "lost" | "refused";
  at: number;
};

/** One fault; `until` is when its cause was over, which for a kill is the same instant. */
export type FaultEntry = { name: string; at: number; until: number; isKill: boolean };

/** A spell in which a job was truly in problem: from its first wrong act to the receipt of its recovery. */
export type Episode = { job: string; kind: "stop" | "fail" | "overrun"; from: number; until: number | null };

/**
 * What happened, as seen from outside the product: every entry goes to a file of its own at once, and is kept for the
 * comparison at the end.
 */
export class Ledger {
  readonly pings: SentPing[] = [];
  readonly calls: ProviderCall[] = [];
  readonly faults: FaultEntry[] = [];
  readonly episodes: Episode[] = [];
  /** Answers that no fault explains, such as 404 for a check that exists. */
  readonly refusals: string[] = [];
  /** The instants of all answers 2xx, in order. */
  readonly ackedAt: number[] = [];
  /** Spans in which the harness itself got no processor time. */
  readonly stalls: { from: number; until: number }[] = [];
  readonly #file: number;

  constructor(directory: string) {
    this.#file = openSync(join(directory, "ledger.ndjson"), "a", 0o600);
    this.#write({ timeOrigin: performance.timeOrigin });
  }

  acked(ping: SentPing): void {
    this.pings.push(ping);
    if (ping.ackedAt !== null) this.ackedAt.push(ping.ackedAt);
    this.#write({ ping });
  }

  called(call: ProviderCall): void {
    this.calls.push(call);
    this.#write({ call });
  }

  fault(fault: FaultEntry): void {
    this.faults.push(fault);
    this.#write({ fault });
  }

  episode(episode: Episode): void {
    this.episodes.push(episode);
    this.#write({ episode });
  }

  refused(sentence: string): void {
    this.refusals.push(sentence);
    this.#write({ refused: sentence });
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(entry: Record<string, unknown>): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }
}

/** The harness's clock: milliseconds that no fault can set. */
export function now(): number {
  return performance.now();
}

const TICK_MS = 200;
const STALL_MS_MIN = 1_500;

/** Notes when the harness itself was not run, since what it then did late is not the product's fault. Returns what ends it. */
export function watchOwnStalls(ledger: Ledger): () => void {
  let last = now();
  const timer = setInterval(() => {
    const at = now();
    if (at - last > STALL_MS_MIN) ledger.stalls.push({ from: last, until: at });
    last = at;
  }, TICK_MS);
  return () => clearInterval(timer);
}
