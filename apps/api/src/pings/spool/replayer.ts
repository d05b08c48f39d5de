import type { ReceivedPing, SpoolOwner } from "@overdue/db";

import type { Heartbeats } from "./batches.ts";

/** How kept pings are stored once the database answers again. All throw while it does not. */
export type Replayer = {
  /** Called before anything is stored, with all whose pings are on this disk: from then on evaluation waits for each. */
  begin: (owners: readonly SpoolOwner[]) => Promise<void>;
  /** Stores pings in the order of their arrival; those that are stored already are left alone. */
  store: (arrivals: readonly ReceivedPing[]) => Promise<void>;
  /** Stores the last of these heartbeats, which this owner accepted without a silence between them. */
  checkpoint: (heartbeats: Heartbeats, owner: SpoolOwner) => Promise<void>;
  /** Stores that nothing of a process that has ended is on this disk any more: nobody waits for it. */
  release: (owner: SpoolOwner) => Promise<void>;
  /** Called once everything is stored. */
  onEmpty: () => void;
  /** Called when pings that waited in memory for that have to be kept after all. */
  onHeld: () => void;
};
