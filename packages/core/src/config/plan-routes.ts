import { z } from "zod";
import { changesOnly, hoursOf, routeShape, stepsOf } from "../routing/route-input.ts";
import type { Current, PlanProblem, Step, Wanted } from "./plan.ts";

/** What a route may name: what there will be. */
export type Nameable = { channels: Names; checks: Names; people: Names; rotations: Names };

const ROUTES_MAX = 200;

/** What makes the file's routes so, in its order and before those that people made. */
export function routeSteps(current: Current, wanted: Wanted): Step[] {
  const names = new Set(wanted.routes.map(({ name }) => name));
  const staying = current.routes.filter(({ name, isOwned }) => !isOwned || names.has(name));
  const before = staying.map(({ name }) => name);
  const after = wanted.routes.map(({ name }) => name).filter((name) => before.includes(name));
  return wanted.routes.flatMap((route): Step[] => {
    const { name } = route;
    const known = current.routes.find((one) => one.name === name);
    if (known === undefined) return [{ act: "create", what: "route", name, id: null, changes: [] }];
    const changes = [
      ...changedFields(known, route),
      ...(before.indexOf(name) === after.indexOf(name) ? [] : ["position"]),
      ...(known.isOwned ? [] : ["managedBy"]),
    ];
    return changes.length === 0 ? [] : [{ act: "update", what: "route", name, id: known.id, changes }];
  });
}

function changedFields(known: ConfigRoute, wanted: ConfigRoute): string[] {
  const fields = ["match", "notifyOn", "steps", "repeatMinutes", "hours", "recovery"] as const;
  return fields.filter((field) => !isSame(known[field], wanted[field]));
}

/** Why these routes cannot be, given what else there will be. */
export function routeProblems(current: Current, wanted: Wanted, there: Nameable): PlanProblem[] {
  const known = countNames(current.routes.map(({ name }) => name));
  const several = wanted.routes.flatMap(({ name }, i) =>
    (known.get(name) ?? 0) > 1
      ? [
          {
            path: `routes.${i}.name`,
            message: `The project has several routes called “${name}”: rename all but one.`,
          },
        ]
      : [],
  );
  const byHand = current.routes.filter(({ isOwned }) => !isOwned).map(({ name }) => name);
  const count = new Set([...byHand, ...wanted.routes.map(({ name }) => name)]).size;
  return [
    ...several,
    ...(count > ROUTES_MAX
      ? [{ path: "routes", message: `A project has at most ${ROUTES_MAX} routes: this would make ${count}.` }]
      : []),
    ...wanted.routes.flatMap((route, i) =>
      nameProblemIn(route, there).map(({ path, message }) => ({ path: `routes.${i}.${path}`, message })),
    ),
  ];
}

/** What a route names that is not the name of exactly one; paths within the route. */
export function nameProblemIn({ match, steps, hours }: ConfigRoute, there: Nameable): PlanProblem[] {
  const outside = hours?.outside.kind === "instead" ? hours.outside.targets : [];
  const targets = [
    ...steps.flatMap((step, i) => step.targets.map((target, j) => at(`steps.${i}.targets.${j}`, target))),
    ...outside.map((target, j) => at(`hours.outside.targets.${j}`, target)),
  ];
  return [
    ...match.checks.map((slug, i) => ({
      path: `match.checks.${i}`,
      message: nameProblem("check", slug, there.checks),
    })),
    ...targets.map(({ path, target }) => ({ ...misnamedTarget(target, there, path) })),
  ].flatMap(({ path, message }) => (message === null ? [] : [{ path, message }]));
}

function at(path: string, target: NamedTarget) {
  return { path, target };
}

function misnamedTarget(target: NamedTarget, there: Nameable, path: string) {
  if ("channel" in target)
    return { path: `${path}.channel`, message: nameProblem("channel", target.channel, there.channels) };
  if ("person" in target)
    return { path: `${path}.person`, message: nameProblem("person", target.person, there.people) };
  return { path: `${path}.onCall`, message: nameProblem("rotation", target.onCall, there.rotations) };
}

const Name = z.string().trim().min(1).max(100);

const NamedTarget = z.union(
  [z.strictObject({ channel: Name }), z.strictObject({ person: Name }), z.strictObject({ onCall: Name })],
  { error: "A target is { channel: name }, { person: name } or { onCall: name of a rotation }." },
);
/** Whom a step tells, by name. */
export type NamedTarget = z.output<typeof NamedTarget>;

const Match = routeShape.match.omit({ checkIds: true }).extend({
  checks: z.array(Name).max(200, "Name at most 200 checks.").default([]).meta({ description: "Slugs." }),
});

/** A route as a configuration file says it: as `RouteInput`, with names and slugs in place of ids. */
export const ConfigRoute = z
  .strictObject({
    ...routeShape,
    match: Match.default({ tags: [], reasons: [], severities: [], checks: [] }),
    notifyOn: routeShape.notifyOn.default(changesOnly),
    steps: stepsOf(NamedTarget),
    repeatMinutes: routeShape.repeatMinutes.default(null),
    hours: hoursOf(NamedTarget).nullable().default(null),
    recovery: routeShape.recovery.default(true),
  })
  .meta({ id: "ConfigRoute", description: "A route; what it names is named by name, checks by slug." });
export type ConfigRoute = z.output<typeof ConfigRoute>;

/** How often each name is there. */
export type Names = ReadonlyMap<string, number>;

export function countNames(names: readonly string[]): Names {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Why this is not the name of exactly one; null: it is. */
export function nameProblem(what: string, name: string, there: Names): string | null {
  const count = there.get(name) ?? 0;
  if (count === 1) return null;
  return count === 0
    ? `There is no ${what} called “${name}”.`
    : `There is more than one ${what} called “${name}”: rename all but one.`;
}

/** The same JSON, in whatever order its keys stand. */
export function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(inOrder(one)) === JSON.stringify(inOrder(other));
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, inOrder(inner)]),
  );
}
