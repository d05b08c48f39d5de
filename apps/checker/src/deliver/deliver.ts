import { channelKinds, type OpenChannel } from "@overdue/channels";
import type { Db, Keyring } from "@overdue/db";
import type { Logger } from "pino";

import type { DeliveryQueue } from "../queue/queue.ts";
import type { Sender } from "../senders/sender.ts";
import { attemptBatch, LEASE_SECONDS } from "./attempt.ts";
import { openGates } from "./gates.ts";
import { openLanes, type Lanes } from "./lanes.ts";
import { paceOf, shareOf } from "./pace.ts";
import { openRecorder } from "./recorder.ts";
import { Ringer } from "./ringer.ts";

/** They tell one alert from another by themselves, or pass each on to channels that gather: they are told each. */
const KINDS_APART = Object.entries(channelKinds).flatMap(([name, kind]) =>
  kind.forMachines || name === "group" ? [name] : [],
);

export type DeliverOptions = {
  db: Db;
  keyring: Keyring;
  queue: DeliveryQueue;
  sender: Sender;
  /** A mail server is set, so owners can be told by mail. */
  mail: boolean;
  /** Where alerts of the check that misses on purpose end. */
  sink: OpenChannel | null;
  publicUrl: string;
  log: Logger;
  /** By which others know that this process is gone. Null: a lease ends by time alone. */
  checkerId: string | null;
};

export type Delivering = {
  /** Something may be due: look now. */
  wake(): void;
  /** Takes no more work, lets what is under way end, and resolves. */
  stop(): Promise<void>;
};

/** Delivers what stands in the outbox, for as long as it runs. Any number of processes may do so on one database. */
export function startDelivering(options: DeliverOptions): Delivering {
  const parts = {
    ...options,
    lease: { seconds: LEASE_SECONDS, holder: options.checkerId, apart: KINDS_APART },
    recorder: openRecorder(options.db, { keyring: options.keyring, mail: options.mail }),
    gates: openGates(),
    lanes: {
      waitingIn: (channelId: string) => lanes.waitingIn(channelId),
      keep: (channelId: string, ids: ReadonlySet<string>) => lanes.keep(channelId, ids),
    },
    onRetry: (inMs: number) => ringer.wakeIn(inMs),
  };
  const lanes: Lanes = openLanes({
    start: (batch, done) => attemptBatch(batch, done, parts),
    paceOf: (kind) => shareOf(paceOf(kind), ringer.checkers),
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
