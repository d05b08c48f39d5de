import { z } from "zod";

import { changesOnly, hoursOf, routeShape, stepsOf } from "../routing/route-input.ts";

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
