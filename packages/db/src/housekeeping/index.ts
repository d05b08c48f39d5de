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
  pruneQuietDeliveries,
  pruneRuns,
  pruneSlots,
} from "./prune.ts";
