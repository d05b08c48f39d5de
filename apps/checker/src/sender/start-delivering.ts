import { channelKinds, type OpenChannel, sendingLimits } from "@overdue/channels";
import type { Db, Keyring } from "@overdue/db";
import type { Logger } from "pino";

import type { DeliveryJob } from "../queue/delivery-job.ts";
import type { WorkQueue } from "../queue/work-queue.ts";
import type { Transports } from "../transports/transports.ts";
import { type LeaseKeeperOptions, openLeaseKeeper, openRecorder } from "./attempts.ts";
import { ChannelQueues } from "./channel-queues.ts";
import { openConcurrencyLimiter } from "./concurrency-limiter.ts";
import { deliverBatch, type DeliverParts } from "./deliver-batch.ts";
import { Dispatcher } from "./dispatcher.ts";

export type DeliveringOptions = {
  db: Db;
  keyring: Keyring;
  transports: Transports;
  /** A mail server is set, so owners can be reached by mail. */
  mail: boolean;
  /** The receiver of the self-test, in this process; null: there is none. */
  selfTestChannel: OpenChannel | null;
  publicUrl: string;
  log: Logger;
  /** By which others know that this process is gone. Null: a lease ends by time alone. */
  senderId: string | null;
  /** How often leases are looked at, and when an attempt is slow. */
  leases?: Partial<Pick<LeaseKeeperOptions, "seconds" | "everyMs" | "slowMs">>;
};

/** What delivers, without what finds that there is something to deliver. */
export type Delivery = {
  channelQueues: ChannelQueues;
  /** Lets what is under way end. */
  stop(): Promise<void>;
};

export type Delivering = {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more work, lets what is under way end, and resolves. */
  stop(): Promise<void>;
};

/** A call takes 20 s at most; what takes longer, such as a mail, has its lease prolonged meanwhile. */
const LEASE_SECONDS = 45;
/** A retry that comes sooner than the dispatcher looks by itself. */
const SOON_MS = 2_500;
/** These tell one alert from another by themselves, or pass each on to channels that group them: each goes by itself. */
const UNGROUPED_KINDS = Object.entries(channelKinds).flatMap(([name, kind]) =>
  kind.forMachines || name === "group" ? [name] : [],
);

/** Delivers what stands in the outbox, for as long as it runs. Any number of processes may do so on one database. */
export function startDelivering(options: DeliveringOptions & { queue: WorkQueue<DeliveryJob> }): Delivering {
  const { db, queue, log } = options;
  const onRetry = (inMs: number) => {
    if (inMs <= SOON_MS) dispatcher.wake();
  };
  const delivery = openDelivery(options, onRetry);
  const dispatcher = new Dispatcher({ db, queue, channelQueues: delivery.channelQueues, log });
  dispatcher.start();
  return {
    wake: () => dispatcher.wake(),
    stop: async () => {
      await dispatcher.stop();
      await delivery.stop();
    },
  };
}

export function openDelivery(options: DeliveringOptions, onRetry: (inMs: number) => void): Delivery {
  const { db, log, mail, keyring, senderId } = options;
  const owners = { keyring, mail };
  const limiter = openConcurrencyLimiter({
    maxAtOnce: (kind) => sendingLimits(kind).concurrency,
    maxOfKind: (kind) => sendingLimits(kind).concurrencyInAll ?? Number.POSITIVE_INFINITY,
  });
  const leases = openLeaseKeeper({ db, log, seconds: LEASE_SECONDS, ...options.leases });
  const channelQueues: ChannelQueues = new ChannelQueues({
    limiter,
    deliver: (batch) => deliverBatch(batch, parts),
  });
  const parts: DeliverParts = {
    ...options,
    lease: {
      seconds: options.leases?.seconds ?? LEASE_SECONDS,
      holder: senderId,
      ungroupedKinds: UNGROUPED_KINDS,
      owners,
    },
    recorder: openRecorder(db, owners),
    leases,
    channelQueues,
    onRetry,
  };
  return {
    channelQueues,
    stop: async () => {
      await channelQueues.stop();
      leases.stop();
    },
  };
}
