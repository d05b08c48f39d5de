import type { deliveries } from "../schema/index.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;
