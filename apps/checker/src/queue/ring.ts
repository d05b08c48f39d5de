import type { DueDelivery } from "@overdue/db";
import { z } from "zod";

/** Ids only: the store keeps what it is given in clear text. `version`: other versions are left to the sweep. */
const Ring = z.object({
  version: z.literal(1),
  deliveryId: z.uuid(),
  attempt: z.int(),
  projectId: z.uuid(),
  channelId: z.uuid(),
  channelKind: z.string(),
  rank: z.int(),
});

const RANKS_PER_PRIORITY = 20;
const PRIORITY_MAX = 2_000_000;

/**
 * One attempt is one job: an id that is still known is ignored, so the attempt is part of it. The longer a project's
 * own row, the lower the priority of its end, so that no project waits behind another's thousands.
 */
export function jobOf(due: DueDelivery) {
  const priority = Math.min(Math.floor((due.rank - 1) / RANKS_PER_PRIORITY), PRIORITY_MAX);
  return {
    name: "ring",
    data: { version: 1, ...due },
    opts: { jobId: `d-${due.deliveryId}-${due.attempt}`, priority },
  };
}

/** Null where another version of us wrote it. */
export function ringOf(data: unknown): DueDelivery | null {
  const parsed = Ring.safeParse(data);
  if (!parsed.success) return null;
  const { version: _, ...due } = parsed.data;
  return due;
}
