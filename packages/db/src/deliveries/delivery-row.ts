import type { deliveries } from "../schema/index.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;
export type DeliveryKind = DeliveryRow["kind"];
export type DeliveryState = DeliveryRow["state"];
