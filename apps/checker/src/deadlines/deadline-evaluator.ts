import { RECEIVER_DOWN_AFTER_MS } from "@overdue/core";
import {
  type Pool,
  requestCheckpoint,
  evaluateDue,
  type Evaluation,
  nextWakeAt,
  notifyChanges,
  readReception,
  recordEvaluation,
} from "@overdue/db";
import type { Logger } from "pino";

import { WakeLoop } from "../wake-loop.ts";

/** How many checks one transaction evaluates: enough to be fast, few enough to hold locks only briefly. */
const BATCH_CHECKS = 500;
/** How often to look even without a notification. */
const SWEEP_MS = 1_000;
const DUE_NOW_WITHIN_MS = 5;
/** After this, a requested checkpoint that did not come is requested again. */
const CHECKPOINT_MS = 100;

export type EvaluatorOptions = {
  pool: Pool;
  checkerId: string;
  startedAt: number;
  log: Logger;
  now?: () => number;
};

/**
 * Evaluates deadlines up to the watermark for as long as it runs: at the next deadline of any check, and at least once a
 * second. Any number of checkers may do so on one database.
 */
export class DeadlineEvaluator {
  readonly #loop: WakeLoop;
  readonly #options: Required<EvaluatorOptions>;

  constructor(options: EvaluatorOptions) {
    this.#options = { now: Date.now, ...options };
    this.#loop = new WakeLoop({
      look: () => this.#look(),
      sweepMs: SWEEP_MS,
      onError: (error) =>
        options.log.error({ err: error }, "Deadlines could not be evaluated; trying again in a second."),
    });
  }

  start(): void {
    this.wake();
  }

  /** Looks now, or once more if it is looking already. Call it when a checkpoint was committed. */
  wake(): void {
    this.#loop.wake();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  /** Returns after how many milliseconds to look again. */
  async #look(): Promise<number> {
    const { pool, checkerId, startedAt } = this.#options;
    const { watermark, ...reception } = await readReception(pool);
    if (watermark !== null) await this.#evaluate({ ...reception, watermark, limit: BATCH_CHECKS });
    await recordEvaluation(pool, { id: checkerId, startedAt, watermark });
    return this.#untilNext(watermark);
  }

  async #evaluate(evaluation: Evaluation): Promise<void> {
    const more = await this.#evaluateBatch(evaluation);
    // Many are due: while PostgreSQL writes one batch, the next one is decided. Neither waits for a lock of the other.
    if (more) await Promise.all([this.#evaluateAll(evaluation), this.#evaluateAll(evaluation)]);
  }

  async #evaluateAll(evaluation: Evaluation): Promise<void> {
    while (!this.#loop.stopped && (await this.#evaluateBatch(evaluation)));
  }

  /** Answers whether there may be more. */
  async #evaluateBatch(evaluation: Evaluation): Promise<boolean> {
    const { evaluated, changed } = await evaluateDue(this.#options.pool, evaluation, (checkId, error) =>
      this.#options.log.error(
        { err: error, checkId },
        "This check cannot be evaluated; it is put aside for a while.",
      ),
    );
    await notifyChanges(this.#options.pool, changed);
    return evaluated === BATCH_CHECKS;
  }

  // A deadline that has passed but lies after the watermark only needs a checkpoint, whose commit wakes this loop.
  async #untilNext(watermark: number | null): Promise<number> {
    const next = await nextWakeAt(this.#options.pool);
    if (next === null || watermark === null) return SWEEP_MS;
    const waitMs = next - this.#options.now();
    if (waitMs > 0) return Math.min(SWEEP_MS, Math.max(DUE_NOW_WITHIN_MS, waitMs));
    // A receiver that stores what it kept is not quicker for being asked.
    if (next <= watermark || this.#options.now() - watermark > RECEIVER_DOWN_AFTER_MS) return SWEEP_MS;
    await requestCheckpoint(this.#options.pool);
    return CHECKPOINT_MS;
  }
}
