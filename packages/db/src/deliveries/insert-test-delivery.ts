import type { Db, Tx } from "../database.ts";
import { deliveries } from "../schema/index.ts";
import { notifyChanges, ringForDeliveries } from "./changes.ts";
import type { DeliveryRow } from "./delivery-row.ts";

/** Writes a test of a channel into the outbox; it takes the same way as an alert. */
export async function insertTestDelivery(
  tx: Db | Tx,
  channel: { projectId: string; channelId: string },
): Promise<DeliveryRow> {
  const [row] = await tx
    .insert(deliveries)
    .values({ ...channel, kind: "test" })
    .returning();
  if (row === undefined) throw new Error("An insert that returns always returns a row.");
  await notifyChanges(tx, [row.id]);
  await ringForDeliveries(tx);
  return row;
}
