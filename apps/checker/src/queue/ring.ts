import type { DueDelivery } from "@overdue/db";
import { z } from "zod";

const Due = z.object({
  deliveryId: z.uuid(),
  attempt: z.int(),
  projectId: z.uuid(),
  channelId: z.uuid(),
  channelKind: z.string(),
  rank: z.int(),
  crashes: z.int().default(0),
  isQuiet: z.boolean().default(false),
});
/** Ids only: the store keeps what it is given in clear text. `version`: other versions are left to the sweep. */
const Ring = z.object({ version: z.literal(1), due: z.array(Due) });

const FEW = 25;
const RANKS_PER_PRIORITY = 20;
const PRIORITY_MAX = 2_000_000;

/**
 * One attempt is one job: an id that is still known is ignored, so the attempt is part of it. A herd goes in parcels,
 * since a job costs more than all else that a delivery needs from the database. The longer a project's own row, the
 * lower the priority of its end, so that no project waits behind another's thousands.
 */
export function jobsOf(due: readonly DueDelivery[]) {
  const size = due.length <= FEW ? 1 : FEW;
  const parcels = Array.from({ length: Math.ceil(due.length / size) }, (_, index) =>
    due.slice(index * size, (index + 1) * size),
  );
  return parcels.flatMap((parcel) => (parcel[0] === undefined ? [] : [jobOf(parcel[0], parcel)]));
}

function jobOf(first: DueDelivery, due: readonly DueDelivery[]) {
  const priority = Math.min(Math.floor((first.rank - 1) / RANKS_PER_PRIORITY), PRIORITY_MAX);
  return {
    name: "ring",
    data: { version: 1, due },
    opts: { jobId: `d-${first.deliveryId}-${first.attempt}`, priority },
  };
}

/** Nothing where another version of us wrote it. */
export function ringOf(data: unknown): DueDelivery[] {
  const parsed = Ring.safeParse(data);
  return parsed.success ? parsed.data.due : [];
}
