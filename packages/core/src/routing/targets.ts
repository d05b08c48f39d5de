import type { Instant } from "@overdue/schedules";
import { onCallAt } from "./on-call.ts";
import type { Directory, Target } from "./route.ts";

/** A channel that a target leads to. `via`: the person it belongs to, in words; null for a channel named itself. */
export type Reached = { channelId: string; via: string | null };

/** The channels that exist of these targets, each once, with the people who are on call at that instant. */
export function reach(targets: readonly Target[], directory: Directory, at: Instant): Reached[] {
  const reached = new Map<string, Reached>();
  for (const target of targets) {
    for (const one of channelsOf(target, directory, at)) {
      if (directory.channelIds.has(one.channelId) && !reached.has(one.channelId))
        reached.set(one.channelId, one);
    }
  }
  return [...reached.values()];
}

function channelsOf(target: Target, directory: Directory, at: Instant): Reached[] {
  switch (target.kind) {
    case "channel":
      return [{ channelId: target.channelId, via: null }];
    case "person":
      return ofPerson(directory, target.personId, "");
    case "on-call": {
      const rotation = directory.rotations.get(target.rotationId);
      const onCall = rotation === undefined ? null : onCallAt(rotation, at);
      if (rotation === undefined || onCall === null) return [];
      return ofPerson(directory, onCall.personId, `, on call in “${rotation.name}”`);
    }
  }
}

function ofPerson({ people }: Directory, personId: string, role: string): Reached[] {
  const person = people.get(personId);
  return (person?.channelIds ?? []).map((channelId) => ({ channelId, via: `${person?.name}${role}` }));
}
