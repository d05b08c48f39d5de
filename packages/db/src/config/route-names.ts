import type { ConfigRoute, NamedTarget, RouteFields } from "@overdue/core";

import type { RouteRow } from "../alert-routes/route-rows.ts";

type Target = RouteFields["steps"][number]["targets"][number];
/** From ids to names, or from names to ids. */
export type Words = Record<"channels" | "checks" | "people" | "rotations", ReadonlyMap<string, string>>;

/** A stored route by names. A check that is gone, or has no slug, is named by its id: without it more would match. */
export function namedRoute(row: RouteRow, names: Words): ConfigRoute {
  const { name, match, notifyOn, steps, repeatMinutes, hours, recovery } = row;
  const { checkIds, tags, reasons, severities } = match;
  return {
    name,
    match: {
      tags: [...tags],
      reasons: [...reasons],
      severities: [...severities],
      checks: checkIds.map((id) => names.checks.get(id) ?? id),
    },
    notifyOn,
    steps: steps.map((step) => ({ ...step, targets: namedTargets(step.targets, names) })),
    repeatMinutes,
    hours: hours === null ? null : namedHours(hours, names),
    recovery,
  };
}

function namedHours(hours: NonNullable<RouteRow["hours"]>, names: Words): ConfigRoute["hours"] {
  const { outside, weekdays } = hours;
  return {
    ...hours,
    weekdays: [...weekdays],
    outside:
      outside.kind === "hold" ? outside : { ...outside, targets: namedTargets(outside.targets, names) },
  };
}

/** Targets that are gone are nobody; where no other is left, they stand there by their id. */
function namedTargets(targets: readonly Target[], names: Words): NamedTarget[] {
  const there = targets.filter((target) => namesFor(target, names).has(idOf(target)));
  return (there.length > 0 ? there : targets).map((target) => namedTarget(target, names));
}

function namedTarget(target: Target, names: Words): NamedTarget {
  const id = idOf(target);
  const name = namesFor(target, names).get(id) ?? id;
  if (target.kind === "channel") return { channel: name };
  return target.kind === "person" ? { person: name } : { onCall: name };
}

function namesFor({ kind }: Target, names: Words): ReadonlyMap<string, string> {
  if (kind === "channel") return names.channels;
  return kind === "person" ? names.people : names.rotations;
}

function idOf(target: Target): string {
  if (target.kind === "channel") return target.channelId;
  return target.kind === "person" ? target.personId : target.rotationId;
}

/** A route of a file as it is stored; every name in it is known by then. */
export function storedRoute({ match, steps, hours, ...rest }: ConfigRoute, ids: Words): RouteFields {
  const { checks, ...other } = match;
  return {
    ...rest,
    match: { ...other, checkIds: checks.map((slug) => known(ids.checks, slug)) },
    steps: steps.map((step) => ({
      ...step,
      targets: step.targets.map((target) => storedTarget(target, ids)),
    })),
    hours: hours === null ? null : storedHours(hours, ids),
  };
}

function storedHours(hours: NonNullable<ConfigRoute["hours"]>, ids: Words): RouteFields["hours"] {
  const { outside } = hours;
  if (outside.kind === "hold") return { ...hours, outside };
  return {
    ...hours,
    outside: { ...outside, targets: outside.targets.map((target) => storedTarget(target, ids)) },
  };
}

function storedTarget(target: NamedTarget, ids: Words): Target {
  if ("channel" in target) return { kind: "channel", channelId: known(ids.channels, target.channel) };
  if ("person" in target) return { kind: "person", personId: known(ids.people, target.person) };
  return { kind: "on-call", rotationId: known(ids.rotations, target.onCall) };
}

function known(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name);
  if (id === undefined) throw new Error(`The plan let the name “${name}” pass, which is unknown.`);
  return id;
}
