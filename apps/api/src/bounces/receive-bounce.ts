import { type Db, type Keyring, type OwnerContact, readBounceAddress, recordBounce } from "@overdue/db";
import type { Logger } from "pino";

import { Overloaded, TooHeavy, type WorkerPool } from "../workers/worker-pool.ts";

/**
 * Takes bounces of our mails. `knows`: whether this instance made the address with this part before the @. `take` never sends
 * a reply, so no loop can arise. @throws if the database is away
 */
export type BounceReceiver = {
  knows(local: string): boolean;
  /** `owner`: the address from which the mail came, whose share of the workers it uses. */
  take(local: string, source: Buffer, owner: string): Promise<void>;
};

export function bounceReceiver(parts: {
  db: Db;
  keyring: Keyring;
  ownerContact: OwnerContact;
  log: Logger;
  workers: Pick<WorkerPool, "run">;
}): BounceReceiver {
  const { db, keyring, ownerContact, log, workers } = parts;
  return {
    knows: (local) => readBounceAddress(keyring, local) !== null,
    take: async (local, source, owner) => {
      const token = readBounceAddress(keyring, local);
      const bounce =
        token === null
          ? null
          : await workers.run("readBounce", { source }, owner).catch(ignoreUnreadable(log));
      if (token === null || bounce === null) return;
      const isNew = await recordBounce(db, ownerContact, { token, bounce });
      log.info({ deliveryId: token.deliveryId, kind: bounce.kind, isNew }, "A mail came back.");
    },
  };
}

/** Ignores a mail that takes too long to read, since no mail server writes such reports. @throws any other error, so that the mail is sent again */
function ignoreUnreadable(log: Logger): (error: unknown) => null {
  return (error) => {
    if (!(error instanceof TooHeavy || error instanceof Overloaded)) throw error;
    log.warn("A mail to a bounce address takes too long to read; it is ignored.");
    return null;
  };
}
