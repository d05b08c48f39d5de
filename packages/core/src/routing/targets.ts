import type { Instant } from "@overdue/schedules";
import { onCallAt } from "./on-call.ts";
import type { Directory, Target } from "./route.ts";

/** A channel that a target leads to. `via` names the person whose channel it is; null if the target is the channel itself. */
export type ResolvedTarget = { channelId: string; via: string | null };

/** The existing channels that these targets lead to, each once. A rotation leads to the person on call at that instant. */
export function resolveTargets(
  targets: readonly Target[],
  directory: Directory,
  at: Instant,
): ResolvedTarget[] {
  const resolved = new Map<string, ResolvedTarget>();
  for (const target of targets) {
    for (const one of channelsOf(target, directory, at)) {
      if (directory.channelIds.has(one.channelId) && !resolved.has(one.channelId))
        resolved.set(one.channelId, one);
    }
  }
  return [...resolved.values()];
}

function channelsOf(target: Target, directory: Directory, at: Instant): ResolvedTarget[] {
  switch (target.kind) {
    case "channel":
      return [{ channelId: target.channelId, via: null }];
    case "person":
      return channelsOfPerson(directory, target.personId, "");
    case "on-call": {
      const rotation = directory.rotations.get(target.rotationId);
      const onCall = rotation === undefined ? null : onCallAt(rotation, at);
      if (rotation === undefined || onCall === null) return [];
      return channelsOfPerson(directory, onCall.personId, `, on call in “${rotation.name}”`);
    }
  }
}

function channelsOfPerson({ people }: Directory, personId: string, role: string): ResolvedTarget[] {
  const person = people.get(personId);
  return (person?.channelIds ?? []).map((channelId) => ({ channelId, via: `${person?.name}${role}` }));
}
