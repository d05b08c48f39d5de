import type { Reason, Severity } from "@overdue/core";
import { createFormContext } from "@mantine/form";

import { type Span, spanOf, spanSeconds } from "../time/duration.ts";
import type { FieldError } from "../api/problem.ts";

/** Whom a step tells. */
export type Target =
  | { kind: "channel"; channelId: string }
  | { kind: "person"; personId: string }
  | { kind: "on-call"; rotationId: string };

/** A step of a route: minutes count from the incident's opening. */
export type Step = { afterMinutes: number; targets: Target[]; ifUnacknowledged: boolean };

/** When a route may speak; weekdays from 1 (Monday) to 7 (Sunday), local times as 08:00. */
export type Hours = {
  timezone: string;
  weekdays: number[];
  from: string;
  to: string;
  outside: { kind: "hold" } | { kind: "instead"; targets: Target[] };
};

/** What a person decides about a route, as the API takes and tells it. */
export type RouteDraft = {
  name: string;
  match: { tags: string[]; reasons: Reason[]; severities: Severity[]; checkIds: string[] };
  hears: { changes: boolean; failures: boolean; runs: boolean; notices: boolean };
  steps: Step[];
  repeatMinutes: number | null;
  hours: Hours | null;
  recovery: boolean;
};

/** What stands in a route's form. Targets are texts, "channel:<id>", as a list to choose from needs them. */
export type RouteValues = {
  name: string;
  tags: string[];
  reasons: Reason[];
  severities: Severity[];
  checkIds: string[];
  hears: RouteDraft["hears"];
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

const NONE: Span = { amount: "", unit: "minutes" };

/** A new route: any check, its changes, at once, recovery too. */
export function newRouteValues(timezone: string): RouteValues {
  return {
    name: "",
    tags: [],
    reasons: [],
    severities: [],
    checkIds: [],
    hears: { changes: true, failures: false, runs: false, notices: false },
    steps: [{ key: "0", after: { amount: 0, unit: "minutes" }, targets: [], always: false }],
    repeat: NONE,
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

/** A route that is there, as its form shows it. */
export function routeValues(route: RouteDraft, timezone: string): RouteValues {
  const blank = newRouteValues(timezone);
  const { name, match, hears, steps, repeatMinutes, hours, recovery } = route;
  return {
    name,
    ...match,
    hears,
    recovery,
    repeat: repeatMinutes === null ? NONE : spanOf(repeatMinutes * 60),
    steps: steps.map(({ afterMinutes, targets, ifUnacknowledged }, index) => ({
      key: String(index),
      after: afterMinutes === 0 ? { amount: 0, unit: "minutes" } : spanOf(afterMinutes * 60),
      targets: targets.map(targetValue),
      always: !ifUnacknowledged,
    })),
    hours: hours === null ? blank.hours : hoursValues(hours),
  };
}

/** What the API is sent. Minutes that are no number become NaN, which it refuses in its own sentence. */
export function routeDraft(values: RouteValues): RouteDraft {
  const { name, tags, reasons, severities, checkIds, hears, steps, repeat, recovery } = values;
  return {
    name,
    match: { tags, reasons, severities, checkIds },
    hears,
    recovery,
    repeatMinutes: minutesOf(repeat),
    steps: steps.map(({ after, targets, always }) => ({
      afterMinutes: minutesOf(after) ?? 0,
      targets: targets.flatMap((target) => targetOf(target) ?? []),
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
        : { kind: "instead", targets: instead.flatMap((target) => targetOf(target) ?? []) },
  };
}

function minutesOf(span: Span): number | null {
  const seconds = spanSeconds(span);
  return seconds === null ? null : Math.round(seconds / 60);
}

/** "channel:<id>", and the like for people and rotations. */
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

function targetOf(text: string): Target | null {
  const [kind, id = ""] = text.split(":");
  if (kind === "channel") return { kind, channelId: id };
  if (kind === "person") return { kind, personId: id };
  return kind === "on-call" ? { kind, rotationId: id } : null;
}

export const [RouteFormProvider, useRouteFormContext, useRouteForm] = createFormContext<RouteValues>();

/** Sentences by the form's field; `rest` where no field is theirs. */
type RouteErrors = { fields: Record<string, string>; rest: string[] };

const PLACES: readonly [RegExp, string][] = [
  [/^name$/, "name"],
  [/^match\.(tags|reasons|severities|checkIds)\b.*$/, "$1"],
  [/^hears\b.*$/, "hears"],
  [/^steps\.(\d+)\.afterMinutes$/, "steps.$1.after"],
  [/^steps\.(\d+)\.targets\b.*$/, "steps.$1.targets"],
  [/^repeatMinutes$/, "repeat"],
  [/^hours\.(timezone|weekdays|from|to)\b.*$/, "hours.$1"],
  [/^hours\.outside\b.*$/, "hours.instead"],
];

/** Puts what the API refused where the person typed it. */
export function routeErrors(errors: readonly FieldError[]): RouteErrors {
  const placed = errors.map(({ field, message }) => ({ field: placeOf(field), message }));
  return {
    fields: Object.fromEntries(
      placed.flatMap(({ field, message }) => (field === null ? [] : [[field, message]])),
    ),
    rest: placed.flatMap(({ field, message }) => (field === null ? [message] : [])),
  };
}

function placeOf(path: string): string | null {
  const place = PLACES.find(([pattern]) => pattern.test(path));
  return place ? path.replace(place[0], place[1]) : null;
}
