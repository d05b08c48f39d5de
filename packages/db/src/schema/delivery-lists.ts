import { type DeliveryKind, type DeliveryState, INFORMATIONAL_KINDS } from "@overdue/core";

// States and kinds of deliveries that statements and partial indexes name together, as the text of an SQL list.

/** An attempt is due, or under way. */
export const UNFINISHED = list<DeliveryState>(["pending", "retry", "sending"]);
/** An attempt is due, and nobody makes it yet. */
export const WAITING = list<DeliveryState>(["pending", "retry"]);
/** Sent about an incident that lasts. */
export const OPENING_KINDS = list<DeliveryKind>(["down", "reminder"]);
export const INFORMATIONAL = list(INFORMATIONAL_KINDS);
/** Kinds that are lost without harm: they make no dead letter. */
export const EXPENDABLE_KINDS = list<DeliveryKind>(["test", ...INFORMATIONAL_KINDS]);
/** Given up, and nobody has dealt with it: together with a kind that is not expendable, a dead letter. */
export const IS_ABANDONED = "state = 'failed' and dealt_with_at is null";

function list<Value extends string>(values: readonly Value[]): string {
  return `(${values.map((value) => `'${value}'`).join(", ")})`;
}
