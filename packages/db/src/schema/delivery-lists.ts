import { type DeliveryKind, type DeliveryState, INFORMATIONAL_KINDS } from "@overdue/core";

import { Fragment, literals } from "../sql-fragments.ts";

// Lists of states and kinds of deliveries, as SQL, for statements and partial indexes.

const states = literals<DeliveryState>;
const kinds = literals<DeliveryKind>;

/** An attempt is waited for, or under way. */
export const UNFINISHED = states(["pending", "retry", "sending"]);
/** An attempt is waited for, and nobody has begun it. */
export const WAITING = states(["pending", "retry"]);

/** Alerts about a check's state: a newer one for the same channel makes an older one outdated. */
export const STATE_KINDS = kinds(["down", "up", "reminder"]);
/** Alerts about an incident that is still open. */
export const OPENING_KINDS = kinds(["down", "reminder"]);
export const INFORMATIONAL = kinds(INFORMATIONAL_KINDS);
/** Kinds that may share a message with others. */
export const GROUPABLE_KINDS = kinds(["down", "up", "reminder", ...INFORMATIONAL_KINDS]);
/** Kinds whose loss does no harm: they become no dead letters. */
export const EXPENDABLE_KINDS = kinds(["test", ...INFORMATIONAL_KINDS]);
/** Kinds of which owners are not notified when they are lost; notices to owners would else be about one another. */
export const UNREPORTED_KINDS = kinds(["test", "system", ...INFORMATIONAL_KINDS]);
/** Kinds that never go to another channel, however long they wait. */
export const OWN_CHANNEL_KINDS = kinds(["test", "confirm", ...INFORMATIONAL_KINDS]);
/** It was given up, and nobody has dealt with it: a dead letter, unless its kind is expendable. */
export const IS_ABANDONED = new Fragment("state = 'failed' and dealt_with_at is null");
