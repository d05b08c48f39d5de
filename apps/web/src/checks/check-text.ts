import { metricNumber, secondsInWords } from "@overdue/core";
import type { CheckPatch, CheckSchedule, CheckView } from "./check-queries.ts";

type CheckNames = { checks: ReadonlyMap<string, string>; channels: ReadonlyMap<string, string> };

/** The settings of a check in words, to compare two versions. */
export function checkFacts(check: CheckView, names: CheckNames): [label: string, text: string][] {
  const { name, slug, tags, description, scheduleText, graceSeconds, channelIds, dependsOn } = check;
  return [
    ["Name", name],
    ["Slug", slug],
    ["Tags", tags.join(", ")],
    ["Description", description],
    ["Schedule", scheduleText],
    ["Set-up", setupText(check.schedule)],
    ["Grace", secondsInWords(graceSeconds)],
    ["Channels", channelIds.map((id) => names.channels.get(id) ?? "a deleted channel").join(", ")],
    ["Depends on", dependsOn.map((id) => names.checks.get(id) ?? "a deleted check").join(", ")],
    ["Further settings", settingsSummary(check).join(" ")],
  ];
}

/** A sentence for each setting that is not at its default. */
export function settingsSummary(check: CheckView): string[] {
  return [
    ...(check.severity === "warning" ? [] : [`Its severity is ${check.severity}.`]),
    ...latenessSentences(check),
    ...runtimeSentences(check),
    ...check.metricLimits.flatMap(metricSentences),
    ...repetitionSentences(check),
    ...recoverySentences(check),
    ...pingSentences(check),
  ];
}

function latenessSentences({ earlyMarginSeconds, jitterSeconds, alertBeforeFirstPing }: CheckView): string[] {
  return [
    ...(earlyMarginSeconds > 0
      ? [`A ping up to ${secondsInWords(earlyMarginSeconds)} early counts for its time.`]
      : []),
    ...(jitterSeconds > 0 ? [`Up to ${secondsInWords(jitterSeconds)} late is not called late.`] : []),
    ...(alertBeforeFirstPing ? ["Goes down if its first ping does not come."] : []),
  ];
}

function runtimeSentences({ maxRuntimeSeconds, minRuntimeSeconds, progressExtends }: CheckView): string[] {
  return [
    ...(maxRuntimeSeconds !== null ? [`A run may take ${secondsInWords(maxRuntimeSeconds)} at most.`] : []),
    ...(minRuntimeSeconds !== null ? [`A run must take ${secondsInWords(minRuntimeSeconds)} at least.`] : []),
    ...(progressExtends ? ["A ping of an open run extends its limit."] : []),
  ];
}

function metricSentences({
  metric,
  min,
  max,
  required,
  outliers,
}: CheckView["metricLimits"][number]): string[] {
  const bounds = [
    ...(min === null ? [] : [`at least ${metricNumber(min)}`]),
    ...(max === null ? [] : [`at most ${metricNumber(max)}`]),
  ];
  return [
    ...(bounds.length > 0 ? [`${metric} must be ${bounds.join(" and ")}.`] : []),
    ...(required ? [`A success without ${metric} is a failure.`] : []),
    ...(VIOLATIONS[outliers] ? [`${metric} far from the usual ${VIOLATIONS[outliers]}.`] : []),
  ];
}

const VIOLATIONS = { allow: null, note: "is recorded as a notice", alert: "alerts" } as const;

function repetitionSentences({ overlap, hostDuplicates, outlierRuns, tooOften }: CheckView): string[] {
  const window = tooOften?.windowSeconds ?? null;
  return [
    ...(VIOLATIONS[overlap] ? [`A second run while one is open ${VIOLATIONS[overlap]}.`] : []),
    ...(VIOLATIONS[hostDuplicates] ? [`The same run from two hosts ${VIOLATIONS[hostDuplicates]}.`] : []),
    ...(outlierRuns === "alert" ? ["A run far from the baseline alerts."] : []),
    ...(tooOften
      ? [
          `More than ${tooOften.count} ${tooOften.of} within ${window === null ? "a slot" : secondsInWords(window)} alert.`,
        ]
      : []),
  ];
}

function recoverySentences({ tolerance, recoverAfter }: CheckView): string[] {
  const bad =
    tolerance === null
      ? null
      : `Goes down after ${tolerance.bad} missed or failed runs ${tolerance.kind === "in-a-row" ? "in a row" : `of the last ${tolerance.of}`}`;
  return [
    ...(tolerance && bad !== null
      ? [`${bad}${tolerance.tolerateMissed ? "" : "; a missed run alerts immediately"}.`]
      : []),
    ...(recoverAfter > 1 ? [`Up again after ${recoverAfter} successful runs.`] : []),
  ];
}

function pingSentences({ manualResume, methods }: CheckView): string[] {
  return [
    ...(manualResume ? ["Stays paused until somebody resumes it."] : []),
    ...(methods === "POST" ? ["Only POST counts as a ping."] : []),
  ];
}

type EditedSettings = Pick<
  CheckView,
  "schedule" | "graceSeconds" | "maxRuntimeSeconds" | "overlap" | "hostDuplicates"
>;

/** A line for each setting that an edit changes: "Grace: 30 minutes, from now on 2 hours." */
export function editText(check: EditedSettings, edit: CheckPatch): string[] {
  const changes: [string, string, string][] = [
    ...(isSchedule(edit.schedule) ? scheduleChanges(check.schedule, edit.schedule) : []),
    ["Grace", secondsInWords(check.graceSeconds), spanText(edit.graceSeconds)],
    ["Max runtime", spanText(check.maxRuntimeSeconds), spanText(edit.maxRuntimeSeconds)],
    ["Overlap", POLICIES[check.overlap], edit.overlap === undefined ? "" : POLICIES[edit.overlap]],
    [
      "Host duplicates",
      POLICIES[check.hostDuplicates],
      edit.hostDuplicates === undefined ? "" : POLICIES[edit.hostDuplicates],
    ],
  ];
  return changes
    .filter(([, before, after]) => after !== "" && after !== before)
    .map(([what, before, after]) => `${what}: ${before}, from now on ${after}.`);
}

/** The patch that undoes an edit: the settings that it changes, as they are now. */
export function undoPatch(check: CheckView, edit: CheckPatch): CheckPatch {
  const changed = new Set(Object.keys(edit));
  return Object.fromEntries(Object.entries(check).filter(([field]) => changed.has(field)));
}

const POLICIES = { allow: "allowed", note: "recorded as a notice", alert: "alerts" };

function spanText(seconds: number | null | undefined): string {
  if (seconds === undefined) return "";
  return seconds === null ? "off" : secondsInWords(seconds);
}

/** The API's type of a suggested edit leaves the schedule open, so its shape is checked here. */
function isSchedule(schedule: CheckPatch["schedule"]): schedule is CheckSchedule {
  return typeof schedule === "object" && schedule !== null && "kind" in schedule;
}

function scheduleChanges(before: CheckSchedule, after: CheckSchedule): [string, string, string][] {
  return [
    ["Schedule", expressionText(before), expressionText(after)],
    ["Scheduler", schedulerText(before), schedulerText(after)],
    ["Set-up", setupText(before), setupText(after)],
    ["Time zone", zoneText(before), zoneText(after)],
  ];
}

function expressionText(schedule: CheckSchedule): string {
  return schedule.kind === "interval"
    ? `every ${secondsInWords(schedule.everySeconds)}`
    : schedule.expression;
}

function schedulerText(schedule: CheckSchedule): string {
  if (schedule.kind === "oncalendar") return "";
  return schedule.scheduler ?? (schedule.kind === "cron" ? "cron (Debian)" : "not known");
}

function setupText({ setup = {} }: CheckSchedule): string {
  const { missed, withinSeconds, overlap } = setup;
  const parts = [
    missed,
    withinSeconds === undefined ? undefined : `within ${secondsInWords(withinSeconds)}`,
    overlap?.replaceAll("-", " "),
  ];
  return parts.filter((part) => part !== undefined).join(", ") || "not known";
}

function zoneText(schedule: CheckSchedule): string {
  return schedule.kind === "interval" ? "" : schedule.timezone;
}
