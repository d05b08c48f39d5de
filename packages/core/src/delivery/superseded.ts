import type { DeliveryKind } from "./delivery-kinds.ts";

/** An unfinished delivery that says whether a check is up or down in a channel. */
export type StateDelivery = {
  id: string;
  checkId: string;
  channelId: string;
  /** Of its flip; 0: it has none. Within one deadline the id, which grows with time, decides. */
  deadlineSeq: number;
  /** It is due, was never attempted, and no attempt is under way. */
  isUntried: boolean;
};

/**
 * Decides which deliveries are superseded where a channel groups: in each check's sequence the newest alone is worth
 * sending. What was attempted stays, since it may have arrived, and so do those `claimed` just now.
 */
export function supersededDeliveries(
  deliveries: readonly StateDelivery[],
  claimed: readonly string[],
): string[] {
  const kept = new Set(claimed);
  const sequences = Map.groupBy(deliveries, ({ checkId, channelId }) => `${checkId} ${channelId}`);
  return [...sequences.values()].flatMap((sequence) => {
    const newest = sequence.reduce((one, other) => (isNewer(other, one) ? other : one));
    const older = sequence.filter((one) => one !== newest);
    return older.filter(({ id, isUntried }) => isUntried && !kept.has(id)).map(({ id }) => id);
  });
}

function isNewer(one: StateDelivery, other: StateDelivery): boolean {
  return one.deadlineSeq === other.deadlineSeq ? one.id > other.id : one.deadlineSeq > other.deadlineSeq;
}

/** A member of a group, at the time when the group's message is about to be sent. */
export type GroupMember = {
  kind: DeliveryKind;
  writtenAt: number;
  /** When the newest delivery about the state of its check in its channel was written; null: there is none. */
  newestStateAt: number | null;
  isCheckDeleted: boolean;
};

const STATE_KINDS: readonly DeliveryKind[] = ["down", "up", "reminder"];

/** Whether a member is out of date: its check was reported again since. Runs and notices stay true. */
export function isMemberOutdated({ kind, writtenAt, newestStateAt }: GroupMember): boolean {
  return STATE_KINDS.includes(kind) && newestStateAt !== null && newestStateAt > writtenAt;
}

/** Whether the message of a group reports this member. */
export function isMemberReported(member: GroupMember): boolean {
  return !member.isCheckDeleted && !isMemberOutdated(member);
}
