import { z } from "zod";
import { TimezoneInput } from "@overdue/schedules";
import { TagInput } from "../checks/details.ts";
import { REASONS } from "../checks/check.ts";
import { type Hours, SEVERITIES, type Target } from "./route.ts";

const MONTH_MINUTES = 31 * 24 * 60;
const REPEAT_MINUTES_MIN = 5;

/** How much a check matters. */
export const SeverityInput = z.enum(SEVERITIES, { error: "severity must be info, warning or critical" });

export const ReasonInput = z.enum(REASONS, { error: `a reason is one of ${REASONS.join(", ")}` });

/** A local time of day, "00:00" to "23:59". */
export const TimeOfDayInput = z
  .string("Write a time as 08:00.")
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Write a time as 08:00, from 00:00 to 23:59.");

const Id = (what: string) => z.uuid({ error: `Name ${what} by its id.` });

const TargetInput: z.ZodType<Target> = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("channel"), channelId: Id("a channel") }),
    z.strictObject({ kind: z.literal("person"), personId: Id("a person") }),
    z.strictObject({ kind: z.literal("on-call"), rotationId: Id("a rotation") }),
  ],
  { error: "A target's kind is channel, person or on-call." },
);

const targetsOf = <Named extends z.ZodType>(target: Named) =>
  z
    .array(target)
    .min(1, "Name at least one target: a channel, a person or a rotation.")
    .max(50, "Name at most 50 targets.");

/** The schema of a route's steps, with this schema for each target. */
export const stepsOf = <Named extends z.ZodType>(target: Named) =>
  z
    .array(
      z.strictObject({
        afterMinutes: z
          .int("afterMinutes must be a whole number of minutes")
          .min(0, "afterMinutes must not be negative")
          .max(MONTH_MINUTES, "afterMinutes must be at most 31 days (44640 minutes)"),
        targets: targetsOf(target),
        ifUnacknowledged: z.boolean("ifUnacknowledged must be true or false").default(true),
      }),
    )
    .min(1, "A route needs at least one step.")
    .max(10, "A route has at most 10 steps.")
    .refine(
      (steps) =>
        steps.every(({ afterMinutes }, at) => at === 0 || afterMinutes > (steps[at - 1]?.afterMinutes ?? 0)),
      "Each step comes later than the one before it: order them by afterMinutes.",
    );

/** The schema of a route's hours, with this schema for each target. */
export const hoursOf = <Named extends z.ZodType>(target: Named) =>
  z.strictObject({
    timezone: TimezoneInput,
    weekdays: z
      .array(z.int().min(1).max(7), "Name weekdays by number: 1 is Monday, 7 is Sunday.")
      .min(1, "Name at least one weekday: 1 is Monday, 7 is Sunday.")
      .refine((days) => new Set(days).size === days.length, "Name each weekday once."),
    from: TimeOfDayInput,
    to: TimeOfDayInput,
    outside: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("hold") }),
      z.strictObject({ kind: z.literal("instead"), targets: targetsOf(target) }),
    ]),
  });
const HoursInput: z.ZodType<Hours> = hoursOf(TargetInput);

const listOf = <Item extends z.ZodType>(item: Item, what: string) =>
  z.array(item).max(200, `Name at most 200 ${what}.`).default([]);
const matchAll = { tags: [], reasons: [], severities: [], checkIds: [] };
export const changesOnly = { changes: true, failures: false, runs: false, notices: false };
const Switch = (name: string) => z.boolean(`${name} must be true or false`);

/** The fields of a route, without defaults. */
export const routeShape = {
  name: z
    .string("Give the route a name.")
    .trim()
    .min(1, "Give the route a name.")
    .max(100, "Use at most 100 characters for the name."),
  match: z.strictObject({
    tags: listOf(TagInput, "tags"),
    reasons: listOf(ReasonInput, "reasons"),
    severities: listOf(SeverityInput, "severities"),
    checkIds: listOf(z.uuid(), "checks"),
  }),
  notifyOn: z
    .strictObject({
      changes: Switch("changes").default(true),
      failures: Switch("failures").default(false),
      runs: Switch("runs").default(false),
      notices: Switch("notices").default(false),
    })
    .refine((chosen) => Object.values(chosen).includes(true), "Choose at least one thing to notify of."),
  steps: stepsOf(TargetInput),
  repeatMinutes: z
    .int("repeatMinutes must be a whole number of minutes, or null")
    .min(REPEAT_MINUTES_MIN, `repeatMinutes must be at least ${REPEAT_MINUTES_MIN}`)
    .max(MONTH_MINUTES, "repeatMinutes must be at most 31 days (44640 minutes)")
    .nullable(),
  hours: HoursInput.nullable(),
  recovery: Switch("recovery"),
};

/** A route as people and programs send it. Defaults: all checks, changes only, at any hour, no reminders, recoveries too. */
export const RouteInput = z
  .strictObject({
    ...routeShape,
    match: routeShape.match.default(matchAll),
    notifyOn: routeShape.notifyOn.default(changesOnly),
    repeatMinutes: routeShape.repeatMinutes.default(null),
    hours: routeShape.hours.default(null),
    recovery: routeShape.recovery.default(true),
  })
  .meta({
    id: "RouteInput",
    description:
      "Which checks and incidents it is for (an empty list: all), what it notifies of, whom it notifies after how many minutes, how often it repeats, in which hours (weekdays 1 Monday to 7 Sunday; outside of them it holds the message, or notifies others instead), and whether it notifies of recovery.",
  });

/** An edit of a route: the fields that are sent replace the stored ones. */
export const RoutePatch = z.strictObject(routeShape).partial().meta({ id: "RoutePatch" });

/** The parsed fields of a route that was sent. */
export type RouteFields = z.output<typeof RouteInput>;
export type RouteChange = z.output<typeof RoutePatch>;
