import { HOUR_MS } from "@overdue/schedules";
import { type Span, toSpan, spanToSeconds } from "../time/duration.ts";
import { parseWallClock, wallClockText } from "../time/zones.ts";
import type { Rule } from "./window-text.ts";

/** The values of a window's form. Every kind of rule has its own fields, so that switching the kind loses nothing. */
export type WindowValues = {
  name: string;
  scope: "project" | "some";
  tags: string[];
  checkIds: string[];
  kind: Rule["kind"];
  timezone: string;
  from: string;
  until: string;
  weekdays: string[];
  time: string;
  cron: string;
  length: Span;
};

/** The settings of a maintenance window, as the API takes them. */
export type WindowDraft = { name: string; rule: Rule; tags: string[]; checkIds: string[] };

/** The values for a new window: once, for an hour from the next full hour on, for the whole project. */
export function newWindowValues(timezone: string, now: number): WindowValues {
  const from = Math.ceil(now / HOUR_MS) * HOUR_MS;
  return {
    name: "",
    scope: "project",
    tags: [],
    checkIds: [],
    kind: "once",
    timezone,
    from: wallClockText(from, timezone),
    until: wallClockText(from + HOUR_MS, timezone),
    weekdays: ["7"],
    time: "02:00",
    cron: "0 2 * * 7",
    length: toSpan(3_600),
  };
}

/** The form values of an existing window. */
export function windowValues(window: WindowDraft, timezone: string, now: number): WindowValues {
  const blank = newWindowValues(timezone, now);
  const { name, tags, checkIds, rule } = window;
  const scope = tags.length + checkIds.length === 0 ? "project" : "some";
  return { ...blank, name, tags, checkIds, scope, kind: rule.kind, ...ruleValues(rule, timezone) };
}

/** The window as the API takes it. A text that is not a time is sent as it is, and the API refuses it with a message. */
export function windowDraft(values: WindowValues): WindowDraft {
  const { name, scope, tags, checkIds } = values;
  return {
    name,
    rule: ruleDraft(values),
    ...(scope === "some" ? { tags, checkIds } : { tags: [], checkIds: [] }),
  };
}

function ruleValues(rule: Rule, timezone: string): Partial<WindowValues> {
  switch (rule.kind) {
    case "once":
      return {
        from: wallClockText(Date.parse(rule.from), timezone),
        until: wallClockText(Date.parse(rule.until), timezone),
      };
    case "weekly":
      return {
        weekdays: rule.weekdays.map(String),
        time: rule.time,
        timezone: rule.timezone,
        length: toSpan(rule.minutes * 60),
      };
    case "cron":
      return { cron: rule.expression, timezone: rule.timezone, length: toSpan(rule.minutes * 60) };
  }
}

function ruleDraft({ kind, timezone, from, until, weekdays, time, cron, length }: WindowValues): Rule {
  const minutes = Math.round((spanToSeconds(length) ?? 0) / 60);
  switch (kind) {
    case "once":
      return { kind, from: toIso(from, timezone), until: toIso(until, timezone) };
    case "weekly":
      return { kind, weekdays: weekdays.map(Number).toSorted((a, b) => a - b), time, minutes, timezone };
    case "cron":
      return { kind, expression: cron, minutes, timezone };
  }
}

function toIso(wall: string, timezone: string): string {
  const at = parseWallClock(wall, timezone);
  return at === null ? wall : new Date(at).toISOString();
}

const DAYS_MAX = 31;

/** Why the times of a window make no sense yet, in a sentence for the person who types them; null if they do. */
export function windowProblem(values: WindowValues): string | null {
  const { kind, timezone, weekdays, time, cron, length } = values;
  if (kind === "once") {
    const [from, until] = [parseWallClock(values.from, timezone), parseWallClock(values.until, timezone)];
    if (from === null || until === null) return "Enter when it begins and ends.";
    if (until <= from) return "It ends before it begins: choose a later end.";
    return until - from > DAYS_MAX * 24 * HOUR_MS
      ? `It lasts at most ${DAYS_MAX} days: choose an earlier end.`
      : null;
  }
  if (kind === "weekly" && weekdays.length === 0) return "Choose at least one day.";
  if ((kind === "weekly" ? time : cron.trim()) === "") return "Enter when it begins.";
  return (spanToSeconds(length) ?? 0) > 0 ? null : "Enter how long it lasts.";
}

const FIELDS: Record<string, string> = { minutes: "length", expression: "cron" };

/** The form's field for a path of the API. A message about the whole rule is shown at its first field. */
export function windowField(path: string, kind: WindowValues["kind"]): string {
  const [first = "", second = ""] = path.split(".");
  if (first !== "rule") return first;
  if (second === "") return { once: "from", weekly: "weekdays", cron: "cron" }[kind];
  return FIELDS[second] ?? second;
}
