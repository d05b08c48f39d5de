import type { ReceivedPing, Recorded } from "@overdue/db";
import type { Logger } from "pino";

import type { Checkpoints } from "../checkpoints.ts";
import { isAboutData, type PingStore } from "../ping-store.ts";

type Options = {
  store: PingStore;
  checkpoints: Checkpoints;
  log: Logger;
  onUnknown?: ((arrival: ReceivedPing) => void) | undefined;
  onRecorded?: ((recorded: readonly Recorded[]) => void) | undefined;
};

/**
 * Stores pings that were kept, in their order; those that are stored already are left alone. A ping that the database refuses
 * for its content is left out and logged. @throws while the database does not answer
 */
export async function storeKept(
  arrivals: readonly ReceivedPing[],
  { store, checkpoints, log, onUnknown, onRecorded }: Options,
): Promise<void> {
  await checkpoints.learnFirst();
  const failures: unknown[] = [];
  await store.storeKept(
    arrivals.map((arrival) => ({ arrival })),
    {
      knowledge: () => checkpoints.knowledge(),
      settle: (recorded) => {
        for (const [{ arrival }, outcome] of recorded) if (outcome.kind !== "recorded") onUnknown?.(arrival);
        onRecorded?.(recorded.map(([, outcome]) => outcome));
      },
      fail: (_, error) => failures.push(error),
    },
  );
  const [away] = failures.filter((error) => !isAboutData(error));
  if (away !== undefined) throw away;
  if (failures.length > 0)
    log.error({ count: failures.length, err: failures[0] }, "Kept pings cannot be stored, and are left out.");
}
