import {
  applyLeftWindows,
  type Db,
  fallBackForLongWaiting,
  forgetOldProcesses,
  noteUnreadable,
  notifyFindings,
  type OwnerContact,
  type Pool,
  pruneAccounts,
  pruneAuditEntries,
  pruneDeleted,
  pruneDeliveries,
  pruneFlips,
  pruneIdempotencyKeys,
  pruneIncidents,
  pruneInformationalDeliveries,
  pruneMailReceipts,
  pruneNotices,
  pruneOldPings,
  prunePingsBeyondCount,
  pruneRefusedPings,
  pruneRuns,
  pruneSlots,
  pruneStatusPages,
  pruneStorms,
  queueChannelTests,
  queueReports,
  reportDeadLetters,
  REPORTS_AT_ONCE,
  storeOwnersReports,
} from "@overdue/db";
import type { Logger } from "pino";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Work that is done again and again, by one process each time; doing it twice is harmless. */
export type MaintenanceJob = {
  name: string;
  everySeconds: number;
  /** Deals with `limit` rows at most. @returns with how many: it is called again at once where that is all of them */
  run: (db: Db, limit: number) => Promise<number | void>;
  /** What the rows are that go, as in "Pruned 1,204 pings."; without it nothing is logged of them. */
  prunes?: string;
};

/** Jobs that delete rows once these are older than they are kept for. */
const PRUNES: readonly MaintenanceJob[] = [
  prune("pings beyond the newest 1,000", 5 * MINUTE, prunePingsBeyondCount),
  prune("old pings", 6 * HOUR, pruneOldPings),
  prune("old flips", DAY, pruneFlips),
  prune("old incidents", DAY, pruneIncidents),
  prune("storms", DAY, pruneStorms),
  prune("old runs", 6 * HOUR, pruneRuns),
  prune("old slots", 6 * HOUR, pruneSlots),
  prune("old notices", DAY, pruneNotices),
  prune("old refused pings", DAY, pruneRefusedPings),
  prune("old deliveries of runs", HOUR, pruneInformationalDeliveries),
  prune("old deliveries", 6 * HOUR, pruneDeliveries),
  prune("sessions and counted tries", HOUR, pruneAccounts),
  prune("receipts of mails", HOUR, pruneMailReceipts),
  prune("idempotency keys", HOUR, pruneIdempotencyKeys),
  prune("old audit entries", DAY, pruneAuditEntries),
  prune("mails to subscribers", HOUR, pruneStatusPages),
  prune("deleted checks, channels and projects", HOUR, pruneDeleted),
];

function prune(rows: string, everySeconds: number, run: MaintenanceJob["run"]): MaintenanceJob {
  return { name: `prune ${rows}`, everySeconds, run, prunes: rows };
}

function job(name: string, everySeconds: number, run: MaintenanceJob["run"]): MaintenanceJob {
  return { name, everySeconds, run };
}

/** All maintenance jobs. */
export function maintenanceJobs(
  pool: Pool,
  { ownerContact, log }: { ownerContact: OwnerContact; log: Logger },
): readonly MaintenanceJob[] {
  return [
    job("apply maintenance windows that checks missed", 15, async () => {
      const count = await applyLeftWindows(pool, Date.now());
      if (count > 0) log.warn({ count }, "Checks learned late of their project's maintenance windows.");
    }),
    ...alertJobs(ownerContact, log),
    job("send reports", MINUTE, (db) => sendReports(db, { ownerContact, log })),
    // Twice in the hour that is a check's turn; a finding is reported once.
    job("compare schedules with their runs", 30 * MINUTE, () => notifyFindings(pool, Date.now())),
    ...PRUNES,
    job("forget old processes", HOUR, () => forgetOldProcesses(pool)),
  ];
}

/** What keeps alerts from waiting in silence. */
function alertJobs(ownerContact: OwnerContact, log: Logger): readonly MaintenanceJob[] {
  return [
    job("look for channels that SECRET_KEY does not open", 5 * MINUTE, async (db) => {
      const count = await noteUnreadable(db, ownerContact.keyring);
      if (count > 0) log.error({ count }, "Channels were encrypted with another SECRET_KEY.");
    }),
    job("test broken channels", 5 * MINUTE, queueChannelTests),
    job("send waiting alerts to fallback channels", MINUTE, (db, limit) =>
      fallBackForLongWaiting(db, ownerContact, limit),
    ),
    job("report dead letters", MINUTE, async (db) => {
      const count = await reportDeadLetters(db, ownerContact);
      if (count > 0) log.error({ count }, "Alerts could not be delivered; see overdue_dead_letters.");
    }),
  ];
}

/** Other jobs wait meanwhile; what is left over comes a minute later. */
const AT_MOST_MS = 20_000;

/** Queues the weekly and monthly reports that are due. @returns 0: nothing is left that could not wait a minute */
export async function sendReports(
  db: Db,
  { ownerContact, log }: { ownerContact: OwnerContact; log: Logger },
): Promise<number> {
  const now = Date.now();
  await storeOwnersReports(db, now);
  const onError = (reportId: string, err: unknown) =>
    log.warn({ err, reportId }, "A report could not be made; it is tried again in an hour.");
  let looked = REPORTS_AT_ONCE;
  while (looked === REPORTS_AT_ONCE && Date.now() < now + AT_MOST_MS) {
    looked = await queueReports(db, { ownerContact, now, onError });
  }
  return 0;
}
