import { type Db, type Keyring, type OwnersWay, readBounceAddress, recordBounce } from "@overdue/db";
import type { Logger } from "pino";

import { readReport } from "./read-report.ts";

/**
 * Takes what comes back of the mails that were sent. `knows`: whether something before the @ is an address that we made.
 * `take` never answers a mail, whatever it says, so no loop can begin here. @throws where the database is away
 */
export type BounceDoor = {
  knows(local: string): boolean;
  take(local: string, source: Buffer): Promise<void>;
};

export function bounceDoor(parts: { db: Db; keyring: Keyring; way: OwnersWay; log: Logger }): BounceDoor {
  const { db, keyring, way, log } = parts;
  return {
    knows: (local) => readBounceAddress(keyring, local) !== null,
    take: async (local, source) => {
      const token = readBounceAddress(keyring, local);
      const bounce = token === null ? null : await readReport(source);
      if (token === null || bounce === null) return;
      const isNew = await recordBounce(db, way, { token, bounce });
      log.info({ deliveryId: token.deliveryId, kind: bounce.kind, isNew }, "A mail came back.");
    },
  };
}
