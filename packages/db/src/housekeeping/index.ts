export {
  type Prune,
  pruneAccounts,
  pruneDeleted,
  pruneDeliveries,
  pruneFlips,
  pruneIncidents,
  pruneNotices,
  pruneOldPings,
  prunePingsBeyondCount,
  pruneRuns,
  pruneSlots,
} from "./prune.ts";
