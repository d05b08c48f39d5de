import {
  applyLeftWindows,
  forgetOldProcesses,
  noteUnreadable,
  pruneAccounts,
  pruneAuditEntries,
  pruneDeleted,
  pruneDeliveries,
  pruneFlips,
  pruneIdempotencyKeys,
  pruneIncidents,
  pruneMailReceipts,
  pruneNotices,
  pruneOldPings,
  pruneQuietDeliveries,
  prunePingsBeyondCount,
  pruneRefusedPings,
  pruneRuns,
  pruneSlots,
  pruneStorms,
  queueProofs,
  standInForWaiting,
  tellFindings,
  tellOfDeadLetters,
  type OwnersWay,
  type Pool,
  type Prune,
} from "@overdue/db";
import type { Logger } from "pino";

import { sendReports } from "./send-reports.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Duty = { name: string; everySeconds: number; run: Prune };

/** What is kept for a time, and then goes. */
const PRUNES: readonly Duty[] = [
  { name: "prune pings beyond the newest 1,000", everySeconds: 5 * MINUTE, run: prunePingsBeyondCount },
  { name: "prune old pings", everySeconds: 6 * HOUR, run: pruneOldPings },
  { name: "prune old flips", everySeconds: DAY, run: pruneFlips },
  { name: "prune old incidents", everySeconds: DAY, run: pruneIncidents },
  { name: "prune storms", everySeconds: DAY, run: pruneStorms },
  { name: "prune old runs", everySeconds: 6 * HOUR, run: pruneRuns },
  { name: "prune old slots", everySeconds: 6 * HOUR, run: pruneSlots },
  { name: "prune old notices", everySeconds: DAY, run: pruneNotices },
  { name: "prune old refused pings", everySeconds: DAY, run: pruneRefusedPings },
  { name: "prune old deliveries of runs", everySeconds: HOUR, run: pruneQuietDeliveries },
  { name: "prune old deliveries", everySeconds: 6 * HOUR, run: pruneDeliveries },
  { name: "prune sessions and counted tries", everySeconds: HOUR, run: pruneAccounts },
  { name: "prune receipts of mails", everySeconds: HOUR, run: pruneMailReceipts },
  { name: "prune idempotency keys", everySeconds: HOUR, run: pruneIdempotencyKeys },
  { name: "prune old audit entries", everySeconds: DAY, run: pruneAuditEntries },
  { name: "prune what was deleted", everySeconds: HOUR, run: pruneDeleted },
];

/** Everything that is done again and again. Several checkers may do it at once; doing it twice is harmless. */
export function dutiesOn(pool: Pool, { way, log }: { way: OwnersWay; log: Logger }): readonly Duty[] {
  return [
    {
      name: "tell checks of maintenance windows that they do not know",
      everySeconds: 15,
      run: async () => {
        const count = await applyLeftWindows(pool, Date.now());
        if (count > 0) log.warn({ count }, "Checks were told late of their project's maintenance windows.");
        return 0;
      },
    },
    ...dutiesOfAlerts(way, log),
    { name: "send reports", everySeconds: MINUTE, run: (db) => sendReports(db, { way, log }) },
    {
      name: "compare schedules with their runs",
      // Twice in the hour that is a check's turn; it is told once.
      everySeconds: 30 * MINUTE,
      run: async () => {
        await tellFindings(pool, Date.now());
        return 0;
      },
    },
    ...PRUNES,
    {
      name: "forget old processes",
      everySeconds: HOUR,
      run: async () => {
        await forgetOldProcesses(pool);
        return 0;
      },
    },
  ];
}

/** What keeps alerts from waiting in silence. */
function dutiesOfAlerts(way: OwnersWay, log: Logger): readonly Duty[] {
  return [
    {
      name: "look for channels that SECRET_KEY does not open",
      everySeconds: 5 * MINUTE,
      run: async (db) => {
        const count = await noteUnreadable(db, way.keyring);
        if (count > 0) log.error({ count }, "Channels were encrypted with another SECRET_KEY.");
        return 0;
      },
    },
    { name: "try broken channels, prove others", everySeconds: 5 * MINUTE, run: queueProofs },
    {
      name: "tell other channels of alerts that wait",
      everySeconds: MINUTE,
      run: (db, limit) => standInForWaiting(db, way, limit),
    },
    {
      name: "tell of what could not be delivered",
      everySeconds: MINUTE,
      run: async (db) => {
        const count = await tellOfDeadLetters(db, way);
        if (count > 0) log.error({ count }, "Alerts could not be delivered; see overdue_dead_letters.");
        return 0;
      },
    },
  ];
}
