import { randomUUID } from "node:crypto";

import type { DueDelivery } from "@overdue/db";

/** A delivery that is due now, of a project and a channel of its own; it is in no table. */
export function newDue(): DueDelivery {
  const [deliveryId, projectId, channelId] = [randomUUID(), randomUUID(), randomUUID()];
  const due = { attempt: 1, dueAt: 0, dueInMs: 0, rank: 1, poisonAttempts: 0, isInformational: false };
  return { deliveryId, projectId, channelId, channelKind: "webhook", ...due };
}
