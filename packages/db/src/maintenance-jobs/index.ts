export { claimJobRun } from "./claim-job-run.ts";
export {
  type Prune,
  pruneAccounts,
  pruneDeleted,
  pruneDeliveries,
  pruneFlips,
  pruneIncidents,
  pruneMailReceipts,
  pruneNotices,
  pruneOldPings,
  prunePingsBeyondCount,
  pruneInformationalDeliveries,
  pruneRefusedPings,
  pruneRuns,
  pruneSlots,
  pruneStorms,
} from "./prune.ts";
