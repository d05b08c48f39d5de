import { stillDue, type Db, type DueDelivery } from "@overdue/db";
import type { Logger } from "pino";

import type { Courier } from "../courier/courier.ts";
import type { DeliveryQueue } from "../queue/queue.ts";
import { openLanes, type Done, type Lanes } from "./lanes.ts";
import { paceOf } from "./pace.ts";
import { Ringer } from "./ringer.ts";

export type DeliverOptions = { db: Db; queue: DeliveryQueue; courier: Courier; log: Logger };

export type Delivering = {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more work, lets what is under way end, and resolves. */
  stop(): Promise<void>;
};

type Parts = DeliverOptions & { lanes: Lanes; ringer: Ringer };

/** Delivers what stands in the outbox, for as long as it runs. Any number of processes may do so on one database. */
export function startDelivering(options: DeliverOptions): Delivering {
  const lanes: Lanes = openLanes({
    start: (batch, done) => handOver(batch, done, { ...options, lanes, ringer }),
    paceOf,
  });
  const ringer = new Ringer({ ...options, lanes });
  options.queue.onRing((due) => ringer.heard(due));
  ringer.start();
  return {
    wake: () => ringer.wake(),
    stop: async () => {
      await ringer.stop();
      // Together: what waits for a sending process that is not ready yet would be waited for in vain.
      await Promise.all([lanes.stop(), options.courier.stop()]);
    },
  };
}

async function handOver(batch: readonly DueDelivery[], done: Done, parts: Parts): Promise<void> {
  const { courier, lanes, ringer } = parts;
  const dues = new Map(batch.map((due) => [due.deliveryId, due]));
  const behind = new Map(batch.map(({ channelId }) => [channelId, lanes.waitingIn(channelId).length]));
  const parcels = batch.map(({ deliveryId, channelId }) => ({
    deliveryId,
    behind: behind.get(channelId) ?? 0,
  }));
  const together = await courier.take(parcels, (deliveryId, { wasSent, retryInMs, opensInMs }) => {
    const due = dues.get(deliveryId);
    if (due !== undefined) done(due, wasSent, opensInMs ?? 0);
    if (retryInMs !== null) ringer.wakeIn(retryInMs);
  });
  await letGo([...new Set(together.flatMap((id) => dues.get(id)?.channelId ?? []))], parts);
}

/** What went with another's message, or waits for a later one, need not be claimed one by one to find that out. */
async function letGo(channelIds: readonly string[], { db, lanes, log }: Parts): Promise<void> {
  const waiting = channelIds.flatMap((channelId) => lanes.waitingIn(channelId));
  if (waiting.length === 0) return;
  try {
    const due = new Set(await stillDue(db, waiting));
    for (const channelId of channelIds) lanes.keep(channelId, due);
  } catch (error) {
    log.warn({ err: error }, "What is still due could not be read; each is asked for.");
  }
}
