import { type Db, type OwnerContact, queueReports, REPORTS_AT_ONCE, storeOwnersReports } from "@overdue/db";
import type { Logger } from "pino";

/** Other jobs wait meanwhile; what is left over comes a minute later. */
const AT_MOST_MS = 20_000;

/** Queues the weekly and monthly reports that are due. @returns 0: nothing is left that could not wait a minute */
export async function sendReports(db: Db, { way, log }: { way: OwnerContact; log: Logger }): Promise<number> {
  const now = Date.now();
  await storeOwnersReports(db, now);
  const onError = (reportId: string, err: unknown) =>
    log.warn({ err, reportId }, "A report could not be made; it is tried again in an hour.");
  let looked = REPORTS_AT_ONCE;
  while (looked === REPORTS_AT_ONCE && Date.now() < now + AT_MOST_MS) {
    looked = await queueReports(db, { way, now, onError });
  }
  return 0;
}
