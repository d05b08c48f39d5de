import { secondsInWords } from "../time/duration.ts";
import type { CheckPatch, CheckSchedule, CheckView } from "./check-queries.ts";

type Settings = Pick<
  CheckView,
  "schedule" | "graceSeconds" | "maxRuntimeSeconds" | "overlap" | "hostDuplicates"
>;

/** What a proposed edit changes, a line each: "Grace: 30 minutes, from now on 2 hours." */
export function editText(check: Settings, edit: CheckPatch): string[] {
  const changes: [string, string, string][] = [
    ...(isSchedule(edit.schedule) ? scheduleChanges(check.schedule, edit.schedule) : []),
    ["Grace", secondsInWords(check.graceSeconds), spanText(edit.graceSeconds)],
    ["Max runtime", spanText(check.maxRuntimeSeconds), spanText(edit.maxRuntimeSeconds)],
    ["Overlap", ATTITUDES[check.overlap], edit.overlap === undefined ? "" : ATTITUDES[edit.overlap]],
    [
      "Host duplicates",
      ATTITUDES[check.hostDuplicates],
      edit.hostDuplicates === undefined ? "" : ATTITUDES[edit.hostDuplicates],
    ],
  ];
  return changes
    .filter(([, before, after]) => after !== "" && after !== before)
    .map(([what, before, after]) => `${what}: ${before}, from now on ${after}.`);
}

/** What takes the edit back: the same settings as they are now. */
export function beforeEdit(check: CheckView, edit: CheckPatch): CheckPatch {
  const changed = new Set(Object.keys(edit));
  return Object.fromEntries(Object.entries(check).filter(([field]) => changed.has(field)));
}

const ATTITUDES = { allow: "allowed", note: "noted in the history", alert: "alerts" };

function spanText(seconds: number | null | undefined): string {
  if (seconds === undefined) return "";
  return seconds === null ? "off" : secondsInWords(seconds);
}

/** The API checks what is sent; its type here knows no more than that something is. */
function isSchedule(schedule: CheckPatch["schedule"]): schedule is CheckSchedule {
  return typeof schedule === "object" && schedule !== null && "kind" in schedule;
}

function scheduleChanges(before: CheckSchedule, after: CheckSchedule): [string, string, string][] {
  return [
    ["Schedule", expressionText(before), expressionText(after)],
    ["Time zone", zoneText(before), zoneText(after)],
  ];
}

function expressionText(schedule: CheckSchedule): string {
  return schedule.kind === "interval"
    ? `every ${secondsInWords(schedule.everySeconds)}`
    : schedule.expression;
}

function zoneText(schedule: CheckSchedule): string {
  return schedule.kind === "interval" ? "" : schedule.timezone;
}
