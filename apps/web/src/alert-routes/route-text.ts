import { type Reason, minutesInWords } from "@overdue/core";
import { weekdaysText } from "../time/weekdays.ts";
import { listText } from "@overdue/schedules";
import type { Hours, RouteDraft, Step, Target } from "./route-values.ts";

/** The names of everything that a route can refer to, by id. */
export type Names = {
  checks: ReadonlyMap<string, string>;
  channels: ReadonlyMap<string, string>;
  people: ReadonlyMap<string, string>;
  rotations: ReadonlyMap<string, string>;
};

/** A route with more steps than this is written with a line for each. */
export const STEPS_IN_A_SENTENCE_MAX = 2;

/** A route in sentences: when it applies, whom it notifies, and how often. */
export function routeText(route: RouteDraft, names: Names): string[] {
  return [
    ...changeText(route, names),
    ...eventsText(route, names),
    ...(route.repeatMinutes === null || !route.notifyOn.changes
      ? []
      : [
          `Repeated every ${minutesInWords(route.repeatMinutes)} until somebody acknowledges it or it recovers.`,
        ]),
    ...(route.hours === null ? [] : [hoursText(route.hours, names)]),
    ...(route.notifyOn.changes
      ? [
          route.recovery
            ? "Everyone who was notified is also notified when it is up again."
            : "Nobody is notified when it is up again.",
        ]
      : []),
  ];
}

/** "Ops chat, Ada and the person on call in Primary". */
function targetsText(targets: readonly Target[], names: Names): string {
  return targets.length === 0
    ? "nobody"
    : listText(
        targets.map((target) => targetText(target, names)),
        "and",
      );
}

export const REASON_TITLES: Record<Reason, string> = {
  missed: "missed",
  failed: "failed",
  overlong: "overlong",
  overlap: "overlap",
  "too-quick": "too quick",
  "metric-limit": "a number beyond its limit",
  "too-often": "too often",
  "never-started": "never started",
  "host-duplicate": "on two hosts",
};

function changeText({ match, notifyOn, steps }: RouteDraft, names: Names): string[] {
  const subject = subjectText(match, names);
  const when = `When ${subject} goes down${reasonsText(match)}`;
  if (notifyOn.changes && steps.length > STEPS_IN_A_SENTENCE_MAX)
    return [`${when}:`, ...steps.map((step) => stepLine(step, names))];
  if (notifyOn.changes) return [`${when}, ${stepsText(steps, names)}.`];
  return notifyOn.failures || notifyOn.runs || notifyOn.notices
    ? []
    : [`When ${subject} does anything (nothing is chosen yet), ${stepsText(steps, names)}.`];
}

/** The events besides status changes, of which only the first step is notified, immediately. */
function eventsText({ match, notifyOn, steps }: RouteDraft, names: Names): string[] {
  const events = [
    ...(notifyOn.runs
      ? ["ends a run, good or bad"]
      : notifyOn.failures
        ? [`fails${reasonsText(match)}`]
        : []),
    ...(notifyOn.notices ? ["has a notice, such as a run far from the baseline"] : []),
  ];
  if (events.length === 0) return [];
  const recipients = targetsText(steps[0]?.targets ?? [], names);
  return [`When ${subjectText(match, names)} ${listText(events, "or")}, notify ${recipients} immediately.`];
}

function reasonsText({ reasons }: RouteDraft["match"]): string {
  const titles = reasons.map((reason) => REASON_TITLES[reason]);
  return titles.length === 0 ? "" : ` (${listText(titles, "or")})`;
}

function subjectText({ tags, severities, checkIds }: RouteDraft["match"], names: Names): string {
  const named = checkIds.map((id) => names.checks.get(id) ?? "a deleted check");
  const severe = severities.length === 0 ? "" : `${listText(severities, "or")} `;
  const tagged = tags.length === 0 ? "" : ` tagged ${listText(tags, "or")}`;
  if (named.length === 0) return `${severe === "" && tagged === "" ? "any" : "a"} ${severe}check${tagged}`;
  const limits = `${severe === "" ? "" : `, if it is ${severe.trim()}`}${tagged === "" ? "" : `, if it is${tagged}`}`;
  return `${listText(named, "or")}${limits}`;
}

function stepsText(steps: readonly Step[], names: Names): string {
  return steps
    .map(({ afterMinutes, targets, ifUnacknowledged }, index) => {
      const unless = ifUnacknowledged && afterMinutes > 0 ? ", if nobody has acknowledged it by then," : "";
      const when = afterMinutes === 0 ? "immediately" : `after ${minutesInWords(afterMinutes)}${unless}`;
      return index === 0 && afterMinutes === 0
        ? `notify ${targetsText(targets, names)} immediately`
        : `${index === 0 ? "" : "then "}${when} notify ${targetsText(targets, names)}`;
    })
    .join("; ");
}

/** "After 15 minutes, if nobody has acknowledged it by then: Ada." */
function stepLine({ afterMinutes, targets, ifUnacknowledged }: Step, names: Names): string {
  const unless = ifUnacknowledged && afterMinutes > 0 ? ", if nobody has acknowledged it by then" : "";
  const when = afterMinutes === 0 ? "Immediately" : `After ${minutesInWords(afterMinutes)}${unless}`;
  return `${when}: ${targetsText(targets, names)}.`;
}

function targetText(target: Target, names: Names): string {
  switch (target.kind) {
    case "channel":
      return names.channels.get(target.channelId) ?? "a deleted channel";
    case "person":
      return names.people.get(target.personId) ?? "a removed person";
    case "on-call":
      return `the person on call in ${names.rotations.get(target.rotationId) ?? "a deleted rotation"}`;
  }
}

function hoursText({ timezone, weekdays, from, to, outside }: Hours, names: Names): string {
  const over = to <= from ? " of the next day" : "";
  const hours = `Only ${weekdaysText(weekdays)}, ${from} to ${to}${over} (${timezone})`;
  return outside.kind === "hold"
    ? `${hours}; outside these hours it waits until they begin.`
    : `${hours}; outside these hours ${targetsText(outside.targets, names)} instead.`;
}

/** The settings of a route in words, to compare two versions. */
export function routeFacts(route: RouteDraft, names: Names): [label: string, text: string][] {
  return [
    ["Name", route.name],
    ["Summary", routeText(route, names).join(" ")],
  ];
}
