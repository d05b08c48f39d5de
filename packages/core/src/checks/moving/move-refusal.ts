import type { CheckState } from "../check.ts";

/** What decides whether a check may move to another project now. */
export type MoveFacts = {
  status: CheckState["status"];
  /** Whether an applied configuration file owns it. */
  isManaged: boolean;
  /** Names of channels to which an alert about it is still to be sent. */
  waitingChannels: readonly string[];
  /** Its slug and those aliases that are slugs. */
  slugs: readonly string[];
  /** Slugs and such aliases of the checks in the other project. */
  takenSlugs: readonly string[];
};

/**
 * Why a check cannot move now, as a sentence that says what to do; null: it can. An incident that is open, or an alert that
 * is under way, would lose its channel, which stays behind: somebody would never be notified, or never of the end.
 */
export function moveRefusal(facts: MoveFacts): string | null {
  const { status, isManaged, waitingChannels, slugs, takenSlugs } = facts;
  if (isManaged)
    return "A configuration file keeps this check and would create it again: take it out of the file, then move it.";
  if (status === "down")
    return "It is down, and the channels that were notified stay here: move it once it is up, or pause it first.";
  if (waitingChannels.length > 0) {
    const names = [...new Set(waitingChannels)].map((name) => `“${name}”`).join(", ");
    return `An alert about it is still on its way to ${names}: move it once that has arrived.`;
  }
  const taken = slugs.find((slug) => takenSlugs.includes(slug));
  if (taken !== undefined)
    return `The other project has a check with the slug “${taken}” already, so pings could mean either: change one of the two, then move it.`;
  return null;
}
