import { channelKinds, isKindName } from "@overdue/channels";
import type { Db, Keyring } from "@overdue/db";
import type { Logger } from "pino";

import type { DeliveryQueue } from "../queue/queue.ts";
import type { Sender } from "../senders/sender.ts";
import { attemptBatch, LEASE_SECONDS } from "./attempt.ts";
import { openLanes } from "./lanes.ts";
import { Ringer } from "./ringer.ts";

export type DeliverOptions = {
  db: Db;
  keyring: Keyring;
  queue: DeliveryQueue;
  sender: Sender;
  publicUrl: string;
  log: Logger;
  leaseSeconds?: number;
};

export type Delivering = {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more work, lets what is under way end, and resolves. */
  stop(): Promise<void>;
};

const UNKNOWN_PACE = { atOnce: 1, perSecond: 1, inAllPerSecond: 10 };

/** Delivers what stands in the outbox, for as long as it runs. Any number of processes may do so on one database. */
export function startDelivering(options: DeliverOptions): Delivering {
  const parts = {
    leaseSeconds: LEASE_SECONDS,
    ...options,
    onRetry: (inMs: number) => ringer.wakeIn(inMs),
  };
  const lanes = openLanes({
    start: (batch, done) => void attemptBatch(batch, done, parts),
    paceOf: (kind) => (isKindName(kind) ? channelKinds[kind].pace : UNKNOWN_PACE),
  });
  const ringer = new Ringer({ ...options, lanes });
  options.queue.onRing((due) => ringer.heard(due));
  ringer.start();
  return {
    wake: () => ringer.wake(),
    stop: async () => {
      await ringer.stop();
      await lanes.stop();
    },
  };
}
