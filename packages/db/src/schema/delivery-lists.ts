import { type DeliveryKind, type DeliveryState, INFORMATIONAL_KINDS } from "@overdue/core";

import { Fragment, literals } from "../sql-fragments.ts";

// States and kinds of deliveries that statements and partial indexes name together, as SQL lists.

const states = literals<DeliveryState>;
const kinds = literals<DeliveryKind>;

/** An attempt is due, or under way. */
export const UNFINISHED = states(["pending", "retry", "sending"]);
/** An attempt is due, and nobody makes it yet. */
export const WAITING = states(["pending", "retry"]);

/** What an incident is announced by: where a newer one waits for the same channel, an older one is outdated. */
export const STATE_KINDS = kinds(["down", "up", "reminder"]);
/** Sent about an incident that lasts. */
export const OPENING_KINDS = kinds(["down", "reminder"]);
export const INFORMATIONAL = kinds(INFORMATIONAL_KINDS);
/** What may share a message with others. */
export const GROUPABLE_KINDS = kinds(["down", "up", "reminder", ...INFORMATIONAL_KINDS]);
/** Kinds that are lost without harm: they make no dead letter. */
export const EXPENDABLE_KINDS = kinds(["test", ...INFORMATIONAL_KINDS]);
/** And notices to owners, which would otherwise be about one another. */
export const UNREPORTED_KINDS = kinds(["test", "system", ...INFORMATIONAL_KINDS]);
/** Kinds that only their own channel is to get, however long it takes. */
export const OWN_CHANNEL_KINDS = kinds(["test", "confirm", ...INFORMATIONAL_KINDS]);
/** Given up, and nobody has dealt with it: together with a kind that is not expendable, a dead letter. */
export const IS_ABANDONED = new Fragment("state = 'failed' and dealt_with_at is null");
