import type { deliveries } from "../schema/index.ts";

export type DeliveryRow = typeof deliveries.$inferSelect;
export type DeliveryKind = DeliveryRow["kind"];
export type DeliveryState = DeliveryRow["state"];

/** Sorts of message that are worth a line and no hurry: they wait for alerts, and are soon given up. */
export const QUIET_KINDS = ["run", "notice"] as const satisfies readonly DeliveryKind[];

export function isQuietKind(kind: DeliveryKind): boolean {
  return kind === "run" || kind === "notice";
}
