import type { ReceivedPing, SpoolOwner } from "@overdue/db";

/** How kept pings are stored once the database answers again. All throw while it does not. */
export type Replayer = {
  /** Called before anything is stored, with all whose pings are on this disk: from then on evaluation waits for each. */
  begin: (owners: readonly SpoolOwner[]) => Promise<void>;
  /** Stores pings that arrived between two heartbeats, in their order; those that are stored already are left alone. */
  store: (arrivals: readonly ReceivedPing[]) => Promise<void>;
  /** Stores the heartbeat that this owner accepted at this instant. */
  checkpoint: (acceptedAt: number, owner: SpoolOwner) => Promise<void>;
  /** Stores that nothing of a process that has ended is on this disk any more: nobody waits for it. */
  release: (owner: SpoolOwner) => Promise<void>;
  /** Called once everything is stored. */
  onEmpty: () => void;
  /** Called when pings that waited in memory for that have to be kept after all. */
  onHeld: () => void;
};
