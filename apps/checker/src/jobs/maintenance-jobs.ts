import {
  applyPendingWindows,
  type Db,
  deleteDueAccounts,
  fallBackForLongWaiting,
  forgetOldProcesses,
  forgetReleased,
  movePendingHistory,
  noteUnreadable,
  notePlanUsage,
  notifyFindings,
  type OwnerContact,
  type Pool,
  pruneAccounts,
  pruneAuditEntries,
  pruneAuditStreams,
  pruneDeleted,
  pruneDeliveries,
  pruneFlips,
  pruneIdempotencyKeys,
  pruneIncidents,
  pruneInformationalDeliveries,
  pruneMailReceipts,
  pruneNotices,
  prunePingFacts,
  pruneOldPings,
  prunePingsBeyondCount,
  pruneRefusedPings,
  pruneRuns,
  pruneShadows,
  pruneSlots,
  pruneStatusPages,
  pruneStorms,
  queueChannelTests,
  purgeUnverifiedAccounts,
  queueReports,
  reportDeadLetters,
  REPORTS_AT_ONCE_MAX,
  storeOwnersReports,
} from "@overdue/db";
import type { Logger } from "pino";

import { noteDisk } from "./note-disk.ts";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** Work that is repeated, each time by one of the processes. Doing it twice must be harmless. */
export type MaintenanceJob = {
  name: string;
  everySeconds: number;
  /** Processes at most `limit` rows. @returns how many: if it is the limit, the job is called again at once */
  run: (db: Db, limit: number) => Promise<number | void>;
  /** What the deleted rows are, as in "Pruned 1,204 pings."; without it nothing is logged. */
  prunes?: string;
};

/** Jobs that delete rows whose time is over. */
const PRUNES: readonly MaintenanceJob[] = [
  prune("pings beyond the newest 1,000", 5 * MINUTE_SECONDS, prunePingsBeyondCount),
  prune("old pings", 6 * HOUR_SECONDS, pruneOldPings),
  prune("old flips", DAY_SECONDS, pruneFlips),
  prune("old incidents", DAY_SECONDS, pruneIncidents),
  prune("storms", DAY_SECONDS, pruneStorms),
  prune("old runs", 6 * HOUR_SECONDS, pruneRuns),
  prune("old verdicts of other products", DAY_SECONDS, pruneShadows),
  prune("old slots", 6 * HOUR_SECONDS, pruneSlots),
  prune("old notices", DAY_SECONDS, pruneNotices),
  prune("old facts of pings", DAY_SECONDS, prunePingFacts),
  prune("old refused pings", DAY_SECONDS, pruneRefusedPings),
  prune("old deliveries of runs", HOUR_SECONDS, pruneInformationalDeliveries),
  prune("old deliveries", 6 * HOUR_SECONDS, pruneDeliveries),
  prune("sessions and counted tries", HOUR_SECONDS, pruneAccounts),
  prune("receipts of mails", HOUR_SECONDS, pruneMailReceipts),
  prune("idempotency keys", HOUR_SECONDS, pruneIdempotencyKeys),
  prune("old audit entries", DAY_SECONDS, pruneAuditEntries),
  prune("audit entries that a stream did not take", HOUR_SECONDS, pruneAuditStreams),
  prune("mails to subscribers", HOUR_SECONDS, pruneStatusPages),
  prune("deleted checks, channels and projects", HOUR_SECONDS, pruneDeleted),
];

function prune(rows: string, everySeconds: number, run: MaintenanceJob["run"]): MaintenanceJob {
  return { name: `prune ${rows}`, everySeconds, run, prunes: rows };
}

function job(name: string, everySeconds: number, run: MaintenanceJob["run"]): MaintenanceJob {
  return { name, everySeconds, run };
}

type MaintenanceSettings = {
  ownerContact: OwnerContact;
  /** Whether people are to confirm their address, where mails can be sent. */
  emailVerification: boolean;
  dataDir: string;
  log: Logger;
};

/** All maintenance jobs. */
export function maintenanceJobs(
  pool: Pool,
  { ownerContact, emailVerification, dataDir, log }: MaintenanceSettings,
): readonly MaintenanceJob[] {
  return [
    job("apply maintenance windows that checks missed", 15, async () => {
      const count = await applyPendingWindows(pool, Date.now());
      if (count > 0) log.warn({ count }, "Checks learned late of their project's maintenance windows.");
    }),
    job("move the history of moved checks", 15, movePendingHistory),
    ...alertJobs(ownerContact, log),
    job("send reports", MINUTE_SECONDS, (db) => sendReports(db, { ownerContact, log })),
    // Twice in each check's hour; a finding is reported only once.
    job("compare schedules with their runs", 30 * MINUTE_SECONDS, () => notifyFindings(pool, Date.now())),
    ...PRUNES,
    job("delete accounts", 5 * MINUTE_SECONDS, (db, limit) => deleteAccounts(db, limit, log)),
    prune("sign-ups that were not confirmed", HOUR_SECONDS, (db, limit) =>
      purgeUnverifiedAccounts(db, { canConfirm: ownerContact.mail && emailVerification, limit }),
    ),
    job("note how much of their plans organizations use", 10 * MINUTE_SECONDS, (db) =>
      notePlanUsage(db, Date.now()),
    ),
    job("look at the disk", MINUTE_SECONDS, (db) => noteDisk(db, dataDir)),
    job("forget what is put aside no longer", MINUTE_SECONDS, forgetReleased),
    job("forget old processes", HOUR_SECONDS, () => forgetOldProcesses(pool)),
  ];
}

/** Deletes accounts whose people asked for it, and have not taken it back in time. */
async function deleteAccounts(db: Db, limit: number, log: Logger): Promise<number> {
  const done = await deleteDueAccounts(db, limit);
  for (const { userId, outcome } of done) log.info({ userId, outcome }, "A deletion of an account was due.");
  return done.length;
}

/** Jobs that notice alerts which cannot be delivered. */
function alertJobs(ownerContact: OwnerContact, log: Logger): readonly MaintenanceJob[] {
  return [
    job("look for what SECRET_KEY does not open", 5 * MINUTE_SECONDS, async (db) => {
      const sentence = await noteUnreadable(db, ownerContact.keyring);
      if (sentence !== null) log.error(sentence);
    }),
    job("test broken channels", 5 * MINUTE_SECONDS, queueChannelTests),
    job("send waiting alerts to fallback channels", MINUTE_SECONDS, (db, limit) =>
      fallBackForLongWaiting(db, ownerContact, limit),
    ),
    job("report dead letters", MINUTE_SECONDS, async (db) => {
      const count = await reportDeadLetters(db, ownerContact);
      if (count > 0) log.error({ count }, "Alerts could not be delivered; see overdue_dead_letters.");
    }),
  ];
}

/** How long reports may keep other jobs waiting; the rest are queued a minute later. */
const REPORTING_MS_MAX = 20_000;

/** Queues the weekly and monthly reports that are due. @returns 0, so that it is not called again at once */
export async function sendReports(
  db: Db,
  { ownerContact, log }: { ownerContact: OwnerContact; log: Logger },
): Promise<number> {
  const now = Date.now();
  await storeOwnersReports(db, now);
  const onError = (reportId: string, err: unknown) =>
    log.warn({ err, reportId }, "A report could not be made; it is tried again in an hour.");
  let looked = REPORTS_AT_ONCE_MAX;
  while (looked === REPORTS_AT_ONCE_MAX && Date.now() < now + REPORTING_MS_MAX) {
    looked = await queueReports(db, { ownerContact, now, onError });
  }
  return 0;
}
