import { z } from "zod";
import { changesOnly, hoursOf, routeShape, stepsOf } from "../routing/route-input.ts";
import { changeOfOwner, countNames, isSame, nameProblem, type Names } from "./compare.ts";
import type { Current, PlanProblem, Step, Wanted } from "./plan.ts";

/** The names that a route may use: those of what will exist after the file was applied. */
export type Nameable = { channels: Names; checks: Names; people: Names; rotations: Names };

const ROUTES_MAX = 200;

/** The steps that create and update the file's routes, in its order and before the routes that people created. */
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
      ...changeOfOwner(known),
    ];
    return changes.length === 0 ? [] : [{ act: "update", what: "route", name, id: known.id, changes }];
  });
}

/** What a file says of a route besides its name and place. */
export const ROUTE_FIELDS = ["match", "notifyOn", "steps", "repeatMinutes", "hours", "recovery"] as const;

function changedFields(known: ConfigRoute, wanted: ConfigRoute): string[] {
  return ROUTE_FIELDS.filter((field) => !isSame(known[field], wanted[field]));
}

/** What keeps these routes from being applied, given the names that will exist. */
export function routeProblems(current: Current, wanted: Wanted, nameable: Nameable): PlanProblem[] {
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
      nameProblemIn(route, nameable).map(({ path, message }) => ({ path: `routes.${i}.${path}`, message })),
    ),
  ];
}

/** The names in a route that do not belong to exactly one thing; paths are within the route. */
export function nameProblemIn({ match, steps, hours }: ConfigRoute, nameable: Nameable): PlanProblem[] {
  const outside = hours?.outside.kind === "instead" ? hours.outside.targets : [];
  const targets = [
    ...steps.flatMap((step, i) =>
      step.targets.map((target, j) => ({ path: `steps.${i}.targets.${j}`, target })),
    ),
    ...outside.map((target, j) => ({ path: `hours.outside.targets.${j}`, target })),
  ];
  return [
    ...match.checks.map((slug, i) => ({
      path: `match.checks.${i}`,
      message: nameProblem("check", slug, nameable.checks),
    })),
    ...targets.map(({ path, target }) => targetNameProblem(target, nameable, path)),
  ].flatMap(({ path, message }) => (message === null ? [] : [{ path, message }]));
}

function targetNameProblem(target: NamedTarget, nameable: Nameable, path: string) {
  if ("channel" in target)
    return { path: `${path}.channel`, message: nameProblem("channel", target.channel, nameable.channels) };
  if ("person" in target)
    return { path: `${path}.person`, message: nameProblem("person", target.person, nameable.people) };
  return { path: `${path}.onCall`, message: nameProblem("rotation", target.onCall, nameable.rotations) };
}

const Name = z.string().trim().min(1).max(100);

const NamedTarget = z.union(
  [z.strictObject({ channel: Name }), z.strictObject({ person: Name }), z.strictObject({ onCall: Name })],
  { error: "A target is { channel: name }, { person: name } or { onCall: name of a rotation }." },
);
/** A target that a step notifies, by name. */
export type NamedTarget = z.output<typeof NamedTarget>;

const Match = routeShape.match.omit({ checkIds: true }).extend({
  checks: z.array(Name).max(200, "Name at most 200 checks.").default([]).meta({ description: "Slugs." }),
});

/** A route as a configuration file writes it: as `RouteInput`, but with names and slugs instead of ids. */
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
  .meta({
    id: "ConfigRoute",
    description: "A route. It refers to channels, people and rotations by name, to checks by slug.",
  });
export type ConfigRoute = z.output<typeof ConfigRoute>;
