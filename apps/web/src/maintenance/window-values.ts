import { type Span, spanOf, spanSeconds } from "../time/duration.ts";
import { instantOfWall, wallText } from "../time/zones.ts";
import type { Rule } from "./window-text.ts";
import type { FieldError } from "../api/problem.ts";

/** What stands in a window's form. Every kind of rule keeps its own fields. */
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

/** What a person decides about a window, as the API takes it. */
export type WindowDraft = { name: string; rule: Rule; tags: string[]; checkIds: string[] };

const HOUR_MS = 3_600_000;

/** A new window: once, the next full hour for an hour, for the whole project. */
export function newWindowValues(timezone: string, now: number): WindowValues {
  const from = Math.ceil(now / HOUR_MS) * HOUR_MS;
  return {
    name: "",
    scope: "project",
    tags: [],
    checkIds: [],
    kind: "once",
    timezone,
    from: wallText(from, timezone),
    until: wallText(from + HOUR_MS, timezone),
    weekdays: ["7"],
    time: "02:00",
    cron: "0 2 * * 7",
    length: spanOf(3_600),
  };
}

/** A window that is there, as its form shows it. */
export function windowValues(window: WindowDraft, timezone: string, now: number): WindowValues {
  const blank = newWindowValues(timezone, now);
  const { name, tags, checkIds, rule } = window;
  const scope = tags.length + checkIds.length === 0 ? "project" : "some";
  return { ...blank, name, tags, checkIds, scope, kind: rule.kind, ...ruleValues(rule, timezone) };
}

/** What the API is sent. What is no time or number is left for it to refuse in its own sentence. */
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
        from: wallText(Date.parse(rule.from), timezone),
        until: wallText(Date.parse(rule.until), timezone),
      };
    case "weekly":
      return {
        weekdays: rule.weekdays.map(String),
        time: rule.time,
        timezone: rule.timezone,
        length: spanOf(rule.minutes * 60),
      };
    case "cron":
      return { cron: rule.expression, timezone: rule.timezone, length: spanOf(rule.minutes * 60) };
  }
}

function ruleDraft({ kind, timezone, from, until, weekdays, time, cron, length }: WindowValues): Rule {
  const minutes = Math.round((spanSeconds(length) ?? 0) / 60);
  switch (kind) {
    case "once":
      return { kind, from: isoOf(from, timezone), until: isoOf(until, timezone) };
    case "weekly":
      return { kind, weekdays: weekdays.map(Number).toSorted((a, b) => a - b), time, minutes, timezone };
    case "cron":
      return { kind, expression: cron, minutes, timezone };
  }
}

function isoOf(wall: string, timezone: string): string {
  const at = instantOfWall(wall, timezone);
  return at === null ? wall : new Date(at).toISOString();
}

const FIELDS: Record<string, string> = { minutes: "length", expression: "cron" };

/** Puts what the API refused where the person typed it. */
export function windowErrors(
  errors: readonly FieldError[],
  kind: WindowValues["kind"],
): Record<string, string> {
  return Object.fromEntries(errors.map(({ field, message }) => [placeOf(field, kind), message]));
}

function placeOf(path: string, kind: WindowValues["kind"]): string {
  const [first = "", second = ""] = path.split(".");
  if (first !== "rule") return first;
  if (second === "") return { once: "from", weekly: "weekdays", cron: "cron" }[kind];
  return FIELDS[second] ?? second;
}
