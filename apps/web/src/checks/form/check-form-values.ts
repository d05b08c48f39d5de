import {
  type ViolationPolicy,
  type CheckSettings,
  type Severity,
  slugify,
  type Tolerance,
} from "@overdue/core";
import { createFormContext } from "@mantine/form";

import { NO_SPAN, type Span, toSpan, spanToSeconds } from "../../time/duration.ts";
import type { CheckInput, CheckSchedule, CheckView } from "../check-queries.ts";
import type { ExplainedSchedule } from "../schedule-queries.ts";
import { exceptionsInput, type ExceptionValues, exceptionValues, NO_EXCEPTIONS } from "./exception-values.ts";
import { metricLimitInput, type MetricLimitValues, metricLimitValues } from "./metric-limit-values.ts";
import { NO_SETUPS, setupField, setupInput, type Setups, setupValues } from "./setup-values.ts";

/** The values of the form. Every kind of schedule has its own fields, so that switching the kind loses nothing. */
export type CheckFormValues = {
  name: string;
  slug: string;
  tags: string[];
  description: string;
  kind: CheckSchedule["kind"];
  every: Span;
  cron: string;
  /** The id of what runs the cron line; null for plain cron. */
  scheduler: string | null;
  /** The full name of the Jenkins job; empty if it is not known. */
  job: string;
  /** The id of what starts the job of an interval; null if it is not known. */
  intervalScheduler: string | null;
  setups: Setups;
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
  overlap: ViolationPolicy;
  hostDuplicates: ViolationPolicy;
  outlierRuns: ViolationPolicy;
  metricLimits: MetricLimitValues[];
  tooOften: { on: boolean; count: number | ""; of: "pings" | "runs"; window: Span };
  tolerance: { kind: "off" | Tolerance["kind"]; bad: number | ""; of: number | ""; tolerateMissed: boolean };
  recoverAfter: number | "";
  alertBeforeFirstPing: boolean;
  manualResume: boolean;
  postOnly: boolean;
};

/** The values for a new check: nightly by cron in `timezone`, all other settings off, every channel notified. */
export function newCheckValues(timezone: string, channelIds: string[]): CheckFormValues {
  return {
    name: "",
    slug: "",
    tags: [],
    description: "",
    kind: "cron",
    every: toSpan(300),
    cron: "30 2 * * *",
    scheduler: null,
    job: "",
    intervalScheduler: null,
    setups: NO_SETUPS,
    calendar: "*-*-* 02:30",
    timezone,
    exceptions: NO_EXCEPTIONS,
    grace: toSpan(3_600),
    channelIds,
    severity: "warning",
    dependsOn: [],
    earlyMargin: NO_SPAN,
    jitter: NO_SPAN,
    maxRuntime: NO_SPAN,
    minRuntime: NO_SPAN,
    progressExtends: false,
    overlap: "allow",
    hostDuplicates: "allow",
    outlierRuns: "note",
    metricLimits: [],
    tooOften: { on: false, count: 3, of: "runs", window: NO_SPAN },
    tolerance: { kind: "off", bad: 2, of: 5, tolerateMissed: false },
    recoverAfter: 1,
    alertBeforeFirstPing: false,
    manualResume: false,
    postOnly: false,
  };
}

/** The form values of an existing check. */
export function checkFormValues(check: CheckView, browserZone: string): CheckFormValues {
  const blank = newCheckValues(browserZone, check.channelIds);
  const { name, slug, tags, description, overlap, hostDuplicates, recoverAfter } = check;
  const { outlierRuns, progressExtends, alertBeforeFirstPing, manualResume, severity, dependsOn } = check;
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
    outlierRuns,
    recoverAfter,
    progressExtends,
    alertBeforeFirstPing,
    manualResume,
    ...scheduleValues(check.schedule),
    grace: toSpan(check.graceSeconds),
    earlyMargin: optionalSpan(check.earlyMarginSeconds),
    jitter: optionalSpan(check.jitterSeconds),
    maxRuntime: optionalSpan(check.maxRuntimeSeconds),
    minRuntime: optionalSpan(check.minRuntimeSeconds),
    tooOften: check.tooOften
      ? { on: true, ...check.tooOften, window: optionalSpan(check.tooOften.windowSeconds) }
      : blank.tooOften,
    tolerance: check.tolerance ? { ...blank.tolerance, ...check.tolerance } : blank.tolerance,
    metricLimits: metricLimitValues(check.metricLimits),
    postOnly: check.methods === "POST",
  };
}

/** The check as the API takes it. */
export function checkInput(values: CheckFormValues): CheckInput {
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
    ...checkSettings(values),
  };
}

/** The settings of the check. An empty amount becomes NaN, null in JSON, which the API refuses with a message. */
export function checkSettings(
  values: CheckFormValues,
): Omit<CheckSettings, "schedule"> & { schedule: CheckSchedule } {
  const { overlap, hostDuplicates, outlierRuns } = values;
  const { progressExtends, alertBeforeFirstPing, manualResume } = values;
  return {
    overlap,
    hostDuplicates,
    outlierRuns,
    progressExtends,
    alertBeforeFirstPing,
    manualResume,
    schedule: scheduleInput(values),
    graceSeconds: spanToSeconds(values.grace) ?? Number.NaN,
    earlyMarginSeconds: spanToSeconds(values.earlyMargin) ?? 0,
    jitterSeconds: spanToSeconds(values.jitter) ?? 0,
    maxRuntimeSeconds: spanToSeconds(values.maxRuntime),
    minRuntimeSeconds: spanToSeconds(values.minRuntime),
    metricLimits: metricLimitInput(values.metricLimits),
    tooOften: tooOftenInput(values.tooOften),
    tolerance: toleranceInput(values.tolerance),
    recoverAfter: toNumber(values.recoverAfter),
  };
}

export function scheduleInput(values: CheckFormValues): CheckSchedule {
  const { kind, timezone, intervalScheduler } = values;
  const setup = setupInput(values.setups[kind]);
  if (kind === "interval")
    return {
      kind,
      everySeconds: spanToSeconds(values.every) ?? Number.NaN,
      ...(intervalScheduler !== null && { scheduler: intervalScheduler }),
      ...setup,
    };
  const except = exceptionsInput(values.exceptions);
  const expression = kind === "cron" ? values.cron : values.calendar;
  const scheduler = kind === "cron" && values.scheduler !== null ? { scheduler: values.scheduler } : {};
  const hasJob = "scheduler" in scheduler && scheduler.scheduler === "jenkins" && values.job !== "";
  return {
    kind,
    expression,
    ...scheduler,
    ...(hasJob && { job: values.job }),
    ...setup,
    timezone,
    ...(except && { except }),
  };
}

function scheduleValues(schedule: CheckSchedule): Partial<CheckFormValues> {
  const setups = { ...NO_SETUPS, [schedule.kind]: setupValues(schedule.setup) };
  if (schedule.kind === "interval")
    return {
      kind: "interval",
      every: toSpan(schedule.everySeconds),
      intervalScheduler: schedule.scheduler ?? null,
      setups,
    };
  const { kind, expression, scheduler = null, job = "", timezone, except } = schedule;
  const exceptions = exceptionValues(except);
  return {
    kind,
    timezone,
    setups,
    exceptions,
    ...(kind === "cron" ? { cron: expression, scheduler, job } : { calendar: expression }),
  };
}

/** The form values with the schedule found in a pasted text. A name or a jitter that was already typed is kept. */
export function withExplainedSchedule(
  values: CheckFormValues,
  {
    schedule,
    suggestedName,
    suggestedJitterSeconds,
  }: Pick<ExplainedSchedule, "schedule" | "suggestedName" | "suggestedJitterSeconds">,
): CheckFormValues {
  const name = values.name === "" ? (suggestedName ?? "") : values.name;
  return {
    ...values,
    ...scheduleValues(schedule),
    exceptions: values.exceptions,
    name,
    slug: values.slug === slugify(values.name) ? slugify(name) : values.slug,
    jitter: values.jitter.amount === "" ? optionalSpan(suggestedJitterSeconds) : values.jitter,
  };
}

function optionalSpan(seconds: number | null): Span {
  return seconds === null || seconds === 0 ? NO_SPAN : toSpan(seconds);
}

function tooOftenInput({ on, count, of, window }: CheckFormValues["tooOften"]): CheckSettings["tooOften"] {
  return on ? { count: toNumber(count), of, windowSeconds: spanToSeconds(window) } : null;
}

function toleranceInput({ kind, bad, of, tolerateMissed }: CheckFormValues["tolerance"]): Tolerance | null {
  switch (kind) {
    case "off":
      return null;
    case "in-a-row":
      return { kind, bad: toNumber(bad), tolerateMissed };
    case "of-last":
      return { kind, bad: toNumber(bad), of: toNumber(of), tolerateMissed };
  }
}

function toNumber(typed: number | ""): number {
  return typed === "" ? Number.NaN : typed;
}

export const [CheckFormProvider, useCheckFormContext, useCheckForm] = createFormContext<CheckFormValues>();

/** The form's fields. They have the API's names, without `Seconds` for lengths of time. */
const FIELDS = new Set(Object.keys(newCheckValues("UTC", [])));
const OTHER_NAMES: Record<string, string> = {
  "schedule.everySeconds": "every",
  "schedule.timezone": "timezone",
  "schedule.job": "job",
  "schedule.scheduler": "scheduler",
};

/** The form's field for a path of the API; null if it has none. */
export function checkField(path: string, kind: CheckFormValues["kind"]): string | null {
  if (path === "schedule.expression" || path === "schedule")
    return { interval: "every", cron: "cron", oncalendar: "calendar" }[kind];
  if (path === "schedule.scheduler" && kind === "interval") return "intervalScheduler";
  const setup = setupField(path);
  if (setup !== null) return `setups.${kind}.${setup}`;
  if (path.startsWith("tags.")) return "tags";
  if (path.startsWith("dependsOn.")) return "dependsOn";
  const exception = /^schedule\.except\.(dates|holidays|onlyOn)\b/.exec(path)?.[1];
  if (exception !== undefined) return `exceptions.${exception}`;
  const field = OTHER_NAMES[path] ?? path.replace(/Seconds$/, "");
  return FIELDS.has(field.split(".")[0] ?? "") ? field : null;
}
