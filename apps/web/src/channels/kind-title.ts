import { channelKinds, isKindName } from "@overdue/channels";

/** A kind as people call it. */
export function kindTitle(kind: string): string {
  return isKindName(kind) ? channelKinds[kind].title : kind;
}
