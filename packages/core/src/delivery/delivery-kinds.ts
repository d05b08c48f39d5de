/** Every kind of message that a delivery can carry. */
export const DELIVERY_KINDS = [
  "down",
  "up",
  "test",
  "reminder",
  "run",
  "notice",
  "report",
  "system",
  "confirm",
] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

/** Kinds that are worth a line and no hurry: they let alerts go first, and are soon given up. */
export const INFORMATIONAL_KINDS = ["run", "notice"] as const satisfies readonly DeliveryKind[];

export function isInformational(kind: DeliveryKind): boolean {
  return kind === "run" || kind === "notice";
}

/** "sending": an attempt holds a lease. "superseded": a newer message, or one about several checks, took its place. */
export const DELIVERY_STATES = ["pending", "sending", "retry", "sent", "failed", "superseded"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];
