import { channelKinds, type OpenChannel } from "@overdue/channels";
import type { Db, Keyring } from "@overdue/db";
import type { Logger } from "pino";

import type { Sender } from "../senders/sender.ts";
import { attemptParcels } from "./attempt.ts";
import { openGates } from "./gates.ts";
import { openLeaseKeeper, type LeaseKeeperOptions } from "./lease-keeper.ts";
import { openRecorder } from "./recorder.ts";

/** A delivery to be attempted. `behind`: how many more wait for its channel. */
export type Parcel = { deliveryId: string; behind: number };

/**
 * `wasSent` false: nothing was asked of the provider, so its pace is as it was. `retryInMs`: it will be due again after
 * so long; null: not, as far as known. `opensInMs`: its provider takes no more before that, since another checker sends
 * there too; null: that is not why.
 */
export type Outcome = { wasSent: boolean; retryInMs: number | null; opensInMs: number | null };
export type Told = (deliveryId: string, outcome: Outcome) => void;

/** Claims deliveries, sends them and records what became of them. */
export type Courier = {
  /**
   * Calls `told` once for each, whatever became of it. Resolves once those that can be claimed are, with those that are
   * told in one message with others or were not to be claimed; never rejects.
   */
  take(parcels: readonly Parcel[], told: Told): Promise<readonly string[]>;
  /** Lets what is under way end. */
  stop(): Promise<void>;
};

export type CourierOptions = {
  db: Db;
  keyring: Keyring;
  sender: Sender;
  /** A mail server is set, so owners can be told by mail. */
  mail: boolean;
  /** Where alerts of the check that misses on purpose end. */
  sink: OpenChannel | null;
  publicUrl: string;
  log: Logger;
  /** By which others know that its process is gone. Null: a lease ends by time alone. */
  courierId: string | null;
  /** How often leases are looked at, and when an attempt is slow. */
  leases?: Partial<Pick<LeaseKeeperOptions, "seconds" | "everyMs" | "slowMs">>;
};

/** A call takes 20 s at the most; what takes longer, such as a mail, has its lease prolonged meanwhile. */
const LEASE_SECONDS = 45;
/** They tell one alert from another by themselves, or pass each on to channels that gather: they are told each. */
const KINDS_APART = Object.entries(channelKinds).flatMap(([name, kind]) =>
  kind.forMachines || name === "group" ? [name] : [],
);

/** A courier in this process. */
export function openCourier(options: CourierOptions): Courier {
  const { db, keyring, mail, courierId, log } = options;
  const owners = { keyring, mail };
  const parts = {
    ...options,
    lease: {
      seconds: options.leases?.seconds ?? LEASE_SECONDS,
      holder: courierId,
      apart: KINDS_APART,
      owners,
    },
    recorder: openRecorder(db, owners),
    gates: openGates(),
    leases: openLeaseKeeper({ db, log, seconds: LEASE_SECONDS, ...options.leases }),
  };
  const underWay = new Set<string>();
  const idle: (() => void)[] = [];
  return {
    take: (parcels, told) => {
      for (const { deliveryId } of parcels) underWay.add(deliveryId);
      return attemptParcels(
        parcels,
        (deliveryId, outcome) => {
          underWay.delete(deliveryId);
          told(deliveryId, outcome);
          if (underWay.size === 0) for (const resolve of idle.splice(0)) resolve();
        },
        parts,
      );
    },
    stop: async () => {
      if (underWay.size > 0) await new Promise<void>((resolve) => idle.push(resolve));
      parts.leases.stop();
    },
  };
}
