import { nextIncidentWakeAt, type OwnerContact, type Pool, processDueEscalations } from "@overdue/db";
import type { Logger } from "pino";

import { WakeLoop } from "../wake-loop.ts";

const BATCH = 100;
/** How often to look even if nothing woke the escalator. */
const SWEEP_MS = 5_000;
const DUE_NOW_WITHIN_MS = 5;

/**
 * Processes alert routes over time: escalation steps, reminders, the end of a snooze, the start of a route's hours. It looks
 * at the next instant that an incident waits for, and at least every few seconds. Any number of checkers may do so on one
 * database.
 */
export class Escalator {
  readonly #loop: WakeLoop;
  readonly #pool: Pool;
  readonly #ownerContact: OwnerContact;
  readonly #log: Logger;

  constructor({ pool, ownerContact, log }: { pool: Pool; ownerContact: OwnerContact; log: Logger }) {
    this.#pool = pool;
    this.#ownerContact = ownerContact;
    this.#log = log;
    this.#loop = new WakeLoop({
      look: () => this.#look(),
      sweepMs: SWEEP_MS,
      onError: (error) =>
        log.error({ err: error }, "Routes could not be followed; trying again in a few seconds."),
    });
  }

  /** Looks now, or once more if it is looking already. Call it when something about an incident was written. */
  wake(): void {
    this.#loop.wake();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    await this.#loop.stop();
  }

  async #look(): Promise<number> {
    let processed = BATCH;
    while (processed === BATCH && !this.#loop.stopped) {
      processed = await processDueEscalations(
        this.#pool,
        { limit: BATCH, ownerContact: this.#ownerContact },
        (incidentId, error) =>
          this.#log.error(
            { err: error, incidentId },
            "Nobody could be notified of this incident; it is put aside for a while.",
          ),
      );
    }
    const next = await nextIncidentWakeAt(this.#pool);
    return next === null ? SWEEP_MS : Math.min(SWEEP_MS, Math.max(DUE_NOW_WITHIN_MS, next - Date.now()));
  }
}
