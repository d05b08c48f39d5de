import type { Attitude, CheckSettings, Severity, Tolerance } from "@overdue/core";
import { createFormContext } from "@mantine/form";

import { type Span, spanOf, spanSeconds } from "../../time/duration.ts";
import type { CheckInput, CheckSchedule, CheckView } from "../check-queries.ts";
import type { Explained } from "../schedule-queries.ts";
import { exceptionsOf, type ExceptionValues, exceptionValues, NO_EXCEPTIONS } from "./exception-values.ts";

/** What stands in the form's fields. Every kind of schedule keeps its own text, so that a look at another loses nothing. */
export type CheckFormValues = {
  name: string;
  slug: string;
  tags: string[];
  description: string;
  kind: CheckSchedule["kind"];
  every: Span;
  cron: string;
  calendar: string;
  timezone: string;
  exceptions: ExceptionValues;
  grace: Span;
  channelIds: string[];
  severity: Severity;
  dependsOn: string[];
  earlyMargin: Span;
  jitter: Span;
  maxRuntime: Span;
  minRuntime: Span;
  progressExtends: boolean;
  overlap: Attitude;
  hostDuplicates: Attitude;
  unusualRuns: Attitude;
  tooOften: { on: boolean; count: number | ""; of: "pings" | "runs"; window: Span };
  tolerance: { kind: "off" | Tolerance["kind"]; bad: number | ""; of: number | ""; tolerateMissed: boolean };
  recoverAfter: number | "";
  alertBeforeFirstPing: boolean;
  manualResume: boolean;
  postOnly: boolean;
};

const NONE: Span = { amount: "", unit: "minutes" };

/** A new check: nightly by cron in `timezone`, all further settings off, every channel told. */
export function newCheckValues(timezone: string, channelIds: string[]): CheckFormValues {
  return {
    name: "",
    slug: "",
    tags: [],
    description: "",
    kind: "cron",
    every: spanOf(300),
    cron: "30 2 * * *",
    calendar: "*-*-* 02:30",
    timezone,
    exceptions: NO_EXCEPTIONS,
    grace: spanOf(3_600),
    channelIds,
    severity: "warning",
    dependsOn: [],
    earlyMargin: NONE,
    jitter: NONE,
    maxRuntime: NONE,
    minRuntime: NONE,
    progressExtends: false,
    overlap: "allow",
    hostDuplicates: "allow",
    unusualRuns: "note",
    tooOften: { on: false, count: 3, of: "runs", window: NONE },
    tolerance: { kind: "off", bad: 2, of: 5, tolerateMissed: false },
    recoverAfter: 1,
    alertBeforeFirstPing: false,
    manualResume: false,
    postOnly: false,
  };
}

/** A check that is there, as its form shows it. */
export function valuesOf(check: CheckView, browserZone: string): CheckFormValues {
  const blank = newCheckValues(browserZone, check.channelIds);
  const { name, slug, tags, description, overlap, hostDuplicates, recoverAfter } = check;
  const { unusualRuns, progressExtends, alertBeforeFirstPing, manualResume, severity, dependsOn } = check;
  return {
    ...blank,
    severity,
    dependsOn,
    name,
    slug,
    tags,
    description,
    overlap,
    hostDuplicates,
    unusualRuns,
    recoverAfter,
    progressExtends,
    alertBeforeFirstPing,
    manualResume,
    ...scheduleValues(check.schedule),
    grace: spanOf(check.graceSeconds),
    earlyMargin: optionalSpan(check.earlyMarginSeconds),
    jitter: optionalSpan(check.jitterSeconds),
    maxRuntime: optionalSpan(check.maxRuntimeSeconds),
    minRuntime: optionalSpan(check.minRuntimeSeconds),
    tooOften: check.tooOften
      ? { on: true, ...check.tooOften, window: optionalSpan(check.tooOften.windowSeconds) }
      : blank.tooOften,
    tolerance: check.tolerance ? { ...blank.tolerance, ...check.tolerance } : blank.tolerance,
    postOnly: check.methods === "POST",
  };
}

/** What the API is sent. */
export function inputOf(values: CheckFormValues): CheckInput {
  const { name, slug, tags, description, channelIds, severity, dependsOn, postOnly } = values;
  return {
    severity,
    dependsOn,
    name,
    slug,
    tags,
    description,
    channelIds,
    methods: postOnly ? "POST" : "",
    ...settingsOf(values),
  };
}

/** The part that core's own schema judges. What is no number becomes NaN, which it refuses in its own sentence. */
export function settingsOf(
  values: CheckFormValues,
): Omit<CheckSettings, "schedule"> & { schedule: CheckSchedule } {
  const { overlap, hostDuplicates, unusualRuns } = values;
  const { progressExtends, alertBeforeFirstPing, manualResume } = values;
  return {
    overlap,
    hostDuplicates,
    unusualRuns,
    progressExtends,
    alertBeforeFirstPing,
    manualResume,
    schedule: scheduleOf(values),
    graceSeconds: spanSeconds(values.grace) ?? Number.NaN,
    earlyMarginSeconds: spanSeconds(values.earlyMargin) ?? 0,
    jitterSeconds: spanSeconds(values.jitter) ?? 0,
    maxRuntimeSeconds: spanSeconds(values.maxRuntime),
    minRuntimeSeconds: spanSeconds(values.minRuntime),
    tooOften: tooOftenOf(values.tooOften),
    tolerance: toleranceOf(values.tolerance),
    recoverAfter: numberOf(values.recoverAfter),
  };
}

type ScheduleValues = Pick<
  CheckFormValues,
  "kind" | "every" | "cron" | "calendar" | "timezone" | "exceptions"
>;

export function scheduleOf(values: ScheduleValues): CheckSchedule {
  const { kind, timezone } = values;
  if (kind === "interval") return { kind, everySeconds: spanSeconds(values.every) ?? Number.NaN };
  const except = exceptionsOf(values.exceptions);
  const expression = kind === "cron" ? values.cron : values.calendar;
  return { kind, expression, timezone, ...(except && { except }) };
}

function scheduleValues(schedule: CheckSchedule): Partial<CheckFormValues> {
  if (schedule.kind === "interval") return { kind: "interval", every: spanOf(schedule.everySeconds) };
  const { kind, expression, timezone, except } = schedule;
  const exceptions = exceptionValues(except);
  return {
    kind,
    timezone,
    exceptions,
    ...(kind === "cron" ? { cron: expression } : { calendar: expression }),
  };
}

/** The form with what was read of a pasted text; a name and a delay that stand there already stay. */
export function valuesRead(
  values: CheckFormValues,
  {
    schedule,
    suggestedName,
    suggestedJitterSeconds,
  }: Pick<Explained, "schedule" | "suggestedName" | "suggestedJitterSeconds">,
): CheckFormValues {
  const name = values.name === "" ? (suggestedName ?? "") : values.name;
  return {
    ...values,
    ...scheduleValues(schedule),
    exceptions: values.exceptions,
    name,
    slug: values.slug === slugOf(values.name) ? slugOf(name) : values.slug,
    jitter: values.jitter.amount === "" ? optionalSpan(suggestedJitterSeconds) : values.jitter,
  };
}

function optionalSpan(seconds: number | null): Span {
  return seconds === null || seconds === 0 ? NONE : spanOf(seconds);
}

function tooOftenOf({ on, count, of, window }: CheckFormValues["tooOften"]): CheckSettings["tooOften"] {
  return on ? { count: numberOf(count), of, windowSeconds: spanSeconds(window) } : null;
}

function toleranceOf({ kind, bad, of, tolerateMissed }: CheckFormValues["tolerance"]): Tolerance | null {
  switch (kind) {
    case "off":
      return null;
    case "in-a-row":
      return { kind, bad: numberOf(bad), tolerateMissed };
    case "of-last":
      return { kind, bad: numberOf(bad), of: numberOf(of), tolerateMissed };
  }
}

function numberOf(typed: number | ""): number {
  return typed === "" ? Number.NaN : typed;
}

export const [CheckFormProvider, useCheckFormContext, useCheckForm] = createFormContext<CheckFormValues>();

const SLUG_LENGTH_MAX = 100;

/** A slug that reads like the name: "Nächtliches Backup!" → "nachtliches-backup". */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .slice(0, SLUG_LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, "");
}
