import type { Instant } from "@overdue/schedules";
import { type DeliveryKind, isInformational, splitTags } from "@overdue/core";

/** A delivery that may share a message with others, or has. */
export type GroupableDelivery = {
  id: string;
  projectId: string;
  channelId: string;
  kind: DeliveryKind;
  /** When it was written. */
  since: Instant;
  checkId: string | null;
  incidentId: string | null;
  stormId: string | null;
  host: string | null;
  address: string | null;
  tags: string;
  dependsOn: string[];
  /** Its channel collects all that it gets into one message. */
  collects: boolean;
};
/** One that was sent lately: in which message, and when that went. */
export type SentLately = GroupableDelivery & { messageId: string; at: Instant };

/** By what an alert is grouped with others: what they share, or that all of its channel come together. */
export function groupKeys(one: GroupableDelivery): string[] {
  return one.collects || isInformational(one.kind) ? ["together"] : sharedKeys(one);
}

/** What an alert may share with others that a person knows of, as keys. */
export function sharedKeys({ host, address, tags, dependsOn }: GroupableDelivery): string[] {
  return [
    ...(host === null ? [] : [`host ${host}`]),
    ...(address === null ? [] : [`address ${address}`]),
    ...splitTags(tags).map((tag) => `tag ${tag}`),
    ...dependsOn.map((id) => `dependency ${id}`),
  ];
}
