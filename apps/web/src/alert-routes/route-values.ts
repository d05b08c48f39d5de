import type { Reason, Severity } from "@overdue/core";
import { createFormContext } from "@mantine/form";

import { NO_SPAN, type Span, toSpan, spanToSeconds } from "../time/duration.ts";

/** A recipient of an escalation step. */
export type Target =
  | { kind: "channel"; channelId: string }
  | { kind: "person"; personId: string }
  | { kind: "on-call"; rotationId: string };

/** An escalation step; its minutes count from the opening of the incident. */
export type Step = { afterMinutes: number; targets: Target[]; ifUnacknowledged: boolean };

/** The hours in which a route applies: weekdays from 1 (Monday) to 7 (Sunday), local times such as 08:00. */
export type Hours = {
  timezone: string;
  weekdays: number[];
  from: string;
  to: string;
  outside: { kind: "hold" } | { kind: "instead"; targets: Target[] };
};

/** The settings of an alert route, as the API takes and returns them. */
export type RouteDraft = {
  name: string;
  match: { tags: string[]; reasons: Reason[]; severities: Severity[]; checkIds: string[] };
  notifyOn: { changes: boolean; failures: boolean; runs: boolean; notices: boolean };
  steps: Step[];
  repeatMinutes: number | null;
  hours: Hours | null;
  recovery: boolean;
};

/** The values of a route's form. A target is a text, "channel:<id>", because select fields hold texts. */
export type RouteValues = {
  name: string;
  tags: string[];
  reasons: Reason[];
  severities: Severity[];
  checkIds: string[];
  notifyOn: RouteDraft["notifyOn"];
  steps: StepValues[];
  repeat: Span;
  recovery: boolean;
  hours: {
    on: boolean;
    timezone: string;
    weekdays: string[];
    from: string;
    to: string;
    outside: "hold" | "instead";
    instead: string[];
  };
};
type StepValues = { key: string; after: Span; targets: string[]; always: boolean };

/** The values for a new route: status changes of any check, immediately, including recovery. */
export function newRouteValues(timezone: string): RouteValues {
  return {
    name: "",
    tags: [],
    reasons: [],
    severities: [],
    checkIds: [],
    notifyOn: { changes: true, failures: false, runs: false, notices: false },
    steps: [{ key: "0", after: { amount: 0, unit: "minutes" }, targets: [], always: false }],
    repeat: NO_SPAN,
    recovery: true,
    hours: {
      on: false,
      timezone,
      weekdays: ["1", "2", "3", "4", "5"],
      from: "08:00",
      to: "18:00",
      outside: "hold",
      instead: [],
    },
  };
}

/** The form values of an existing route. */
export function routeValues(route: RouteDraft, timezone: string): RouteValues {
  const blank = newRouteValues(timezone);
  const { name, match, notifyOn, steps, repeatMinutes, hours, recovery } = route;
  return {
    name,
    ...match,
    notifyOn,
    recovery,
    repeat: repeatMinutes === null ? NO_SPAN : toSpan(repeatMinutes * 60),
    steps: steps.map(({ afterMinutes, targets, ifUnacknowledged }, index) => ({
      key: String(index),
      after: afterMinutes === 0 ? { amount: 0, unit: "minutes" } : toSpan(afterMinutes * 60),
      targets: targets.map(targetValue),
      always: !ifUnacknowledged,
    })),
    hours: hours === null ? blank.hours : hoursValues(hours),
  };
}

/** The route as the API takes it. An amount that is not a number becomes NaN, which the API refuses with a message. */
export function routeDraft(values: RouteValues): RouteDraft {
  const { name, tags, reasons, severities, checkIds, notifyOn, steps, repeat, recovery } = values;
  return {
    name,
    match: { tags, reasons, severities, checkIds },
    notifyOn,
    recovery,
    repeatMinutes: toMinutes(repeat),
    steps: steps.map(({ after, targets, always }) => ({
      afterMinutes: toMinutes(after) ?? 0,
      targets: targets.flatMap((target) => parseTarget(target) ?? []),
      ifUnacknowledged: !always,
    })),
    hours: hoursDraft(values.hours),
  };
}

function hoursValues({ timezone, weekdays, from, to, outside }: Hours): RouteValues["hours"] {
  return {
    on: true,
    timezone,
    weekdays: weekdays.map(String),
    from,
    to,
    outside: outside.kind,
    instead: outside.kind === "instead" ? outside.targets.map(targetValue) : [],
  };
}

function hoursDraft({
  on,
  timezone,
  weekdays,
  from,
  to,
  outside,
  instead,
}: RouteValues["hours"]): Hours | null {
  if (!on) return null;
  return {
    timezone,
    from,
    to,
    weekdays: weekdays.map(Number).toSorted((a, b) => a - b),
    outside:
      outside === "hold"
        ? { kind: "hold" }
        : { kind: "instead", targets: instead.flatMap((target) => parseTarget(target) ?? []) },
  };
}

function toMinutes(span: Span): number | null {
  const seconds = spanToSeconds(span);
  return seconds === null ? null : Math.round(seconds / 60);
}

/** "channel:<id>", and the same for people and rotations. */
export function targetValue(target: Target): string {
  switch (target.kind) {
    case "channel":
      return `channel:${target.channelId}`;
    case "person":
      return `person:${target.personId}`;
    case "on-call":
      return `on-call:${target.rotationId}`;
  }
}

function parseTarget(text: string): Target | null {
  const [kind, id = ""] = text.split(":");
  if (kind === "channel") return { kind, channelId: id };
  if (kind === "person") return { kind, personId: id };
  return kind === "on-call" ? { kind, rotationId: id } : null;
}

export const [RouteFormProvider, useRouteFormContext, useRouteForm] = createFormContext<RouteValues>();

/** Patterns of the API's paths, and the form's field for each. */
const FIELDS: readonly [RegExp, string][] = [
  [/^name$/, "name"],
  [/^match\.(tags|reasons|severities|checkIds)\b.*$/, "$1"],
  [/^notifyOn\b.*$/, "notifyOn"],
  [/^steps\.(\d+)\.afterMinutes$/, "steps.$1.after"],
  [/^steps\.(\d+)\.targets\b.*$/, "steps.$1.targets"],
  [/^repeatMinutes$/, "repeat"],
  [/^hours\.(timezone|weekdays|from|to)\b.*$/, "hours.$1"],
  [/^hours\.outside\b.*$/, "hours.instead"],
];

/** The form's field for a path of the API; null if it has none. */
export function routeField(path: string): string | null {
  const found = FIELDS.find(([pattern]) => pattern.test(path));
  return found ? path.replace(found[0], found[1]) : null;
}
