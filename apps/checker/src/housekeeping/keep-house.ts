import { setTimeout as wait } from "node:timers/promises";

import type { Db } from "@overdue/db";
import type { Logger } from "pino";

import type { Duty } from "./duties.ts";

const BATCH = 5_000;
/** Between two batches, so that pings come first. */
const BREATH_MS = 200;
/** No duty is urgent; a start is when everything else is. */
const FIRST_AFTER_MS = 30_000;

export type KeepHouseOptions = { db: Db; duties: readonly Duty[]; log: Logger; firstAfterMs?: number };

/** Does each duty at its interval, one at a time and in batches. Answers a function that ends it. */
export function keepHouse({
  db,
  duties,
  log,
  firstAfterMs = FIRST_AFTER_MS,
}: KeepHouseOptions): () => Promise<void> {
  const stopping = new AbortController();
  const dueAt = new Map(duties.map((duty) => [duty, performance.now() + firstAfterMs]));
  const work = async () => {
    while (!stopping.signal.aborted) {
      const [duty, at] = soonest(dueAt);
      await wait(Math.max(at - performance.now(), 0), undefined, { signal: stopping.signal });
      await perform(duty, { db, log, signal: stopping.signal });
      dueAt.set(duty, performance.now() + duty.everySeconds * 1_000);
    }
  };
  const working = work().catch(() => undefined); // only the waiting rejects, when it is stopped
  return async () => {
    stopping.abort();
    await working;
  };
}

async function perform(duty: Duty, at: { db: Db; log: Logger; signal: AbortSignal }): Promise<void> {
  try {
    let rows = 0;
    let last = BATCH;
    while (last >= BATCH && !at.signal.aborted) {
      last = await duty.run(at.db, BATCH);
      rows += last;
      if (last >= BATCH) await wait(BREATH_MS);
    }
    if (rows > 0) at.log.info({ duty: duty.name, rows }, "House kept.");
  } catch (error) {
    at.log.warn({ err: error, duty: duty.name }, "A duty could not be done; it comes again.");
  }
}

function soonest(dueAt: ReadonlyMap<Duty, number>): [Duty, number] {
  const [first] = [...dueAt].toSorted((one, other) => one[1] - other[1]);
  if (first === undefined) throw new Error("There is no house without duties.");
  return first;
}
