import {
  type AlertFacts,
  ClockChangesPayload,
  durationText,
  percentText,
  ReportPayload,
  UNNAMED_CHECK,
} from "@overdue/core";
import type { AlertLine, AlertSection, MessageWords } from "./alert.ts";
import { projectLine, reasonText } from "./reasons.ts";
import { oneLine } from "./text.ts";
import { dayIn } from "./time.ts";

type Report = ReportPayload["report"];
type Period = ReportPayload["period"];

const NAME_CHARS_MAX = 80;
const BECAUSE_CHARS_MAX = 160;

/** The text of the report on a week or a month of a project. */
export function reportWords(facts: AlertFacts): MessageWords & { sections: AlertSection[] } {
  const { period, report } = ReportPayload.parse(facts.payload);
  return {
    title: `${projectLine(facts)}, ${periodWords(period)}: ${verdict(report)}`,
    sentence: sentenceOf(report, period),
    lines: [{ label: "Project", value: projectLine(facts) }, ...linesOf(report)],
    sections: sectionsOf(report, period),
    tone: report.open.total > 0 ? "bad" : "neutral",
    silent: true,
  };
}

/** "November 2026", "16 to 22 November 2026". */
function periodWords({ every, from, until, timezone }: Period): string {
  const [first, last] = [dayIn(from, timezone), dayIn(until - 1, timezone)];
  if (every === "month") return `${first.month} ${first.year}`;
  const month = first.month === last.month ? "" : ` ${first.month}`;
  const year = first.year === last.year ? "" : ` ${first.year}`;
  return `${first.day}${month}${year} to ${last.day} ${last.month} ${last.year}`;
}

function verdict({ uptime, missed, failed, open }: Report): string {
  const faults = [countText(missed.now, "missed"), countText(failed.now, "failed")].filter(
    (part) => part !== "",
  );
  const down = open.total === 0 ? "" : `${open.total} down now`;
  const up = uptime.now === null ? "nothing to count" : `${percentText(uptime.now)} up`;
  return [up, ...(faults.length === 0 && uptime.now !== null ? ["nothing missed"] : faults), down]
    .filter((part) => part !== "")
    .join(", ");
}

function sentenceOf({ uptime, checks, open }: Report, { every }: Period): string {
  const watched = countChecks(checks);
  const now =
    open.total === 0
      ? "Nothing is down now."
      : `${countChecks(open.total)} ${open.total === 1 ? "is" : "are"} down now.`;
  if (uptime.now === null) return `None of your ${watched} was up or down in a way that counts. ${now}`;
  const was = uptime.before === null ? "" : `, after ${percentText(uptime.before)} the ${every} before`;
  return `Your ${watched} ${checks === 1 ? "was" : "were"} up ${percentText(uptime.now)} of the time${was}. ${now}`;
}

function linesOf(report: Report): AlertLine[] {
  const lines: [string, { now: number; before: number }][] = [
    ["On time", report.onTime],
    ["Late", report.late],
    ["Missed", report.missed],
    ["Failed", report.failed],
    ["Went down", report.downs],
  ];
  return [
    ...lines.map(([label, { now, before }]) => ({ label, value: `${now} (before: ${before})` })),
    ...leftOutLine(report),
  ];
}

function leftOutLine({ leftOut, excluded }: Report): AlertLine[] {
  const { pausedChecks, maintenanceChecks, outageMs } = leftOut;
  const parts = [
    pausedChecks === 0 ? "" : `pauses of ${countChecks(pausedChecks)}`,
    maintenanceChecks === 0 ? "" : `maintenance of ${countChecks(maintenanceChecks)}`,
    outageMs === 0 ? "" : `${durationText(outageMs)} in which Overdue itself could not receive pings`,
    excluded.now === 0 ? "" : `${excluded.now} runs expected in such times`,
  ].filter((part) => part !== "");
  return parts.length === 0 ? [] : [{ label: "Not counted", value: parts.join("; ") }];
}

function sectionsOf(report: Report, { every, timezone }: Period): AlertSection[] {
  const on = (at: number) => {
    const { day, month, year } = dayIn(at, timezone);
    return `${day} ${month} ${year}`;
  };
  return [
    section(
      "Down now",
      report.open,
      ({ reason, openedAt }) => `${reasonText(reason)}, since ${on(openedAt)}`,
    ),
    section(
      "Down the longest",
      report.worst,
      ({ downMs, downs, uptime }) =>
        `${durationText(downMs)}${downs > 1 ? ` in all, ${downs} times` : ""}; ${percentText(uptime)} up`,
    ),
    section(
      "Late",
      report.latest,
      ({ late, lateMostMs }) =>
        `${late === 1 ? "once, by" : `${late} times, by up to`} ${durationText(lateMostMs)}`,
    ),
    section(
      "Longest runs",
      report.slowest,
      ({ longestMs, usualMs }) =>
        durationText(longestMs) + (usualMs === null ? "" : `, usually ${durationText(usualMs)}`),
    ),
    section("Never ran", report.neverRan, ({ createdAt }) => `created ${on(createdAt)}`),
    section(`Silent all ${every}`, report.silent, ({ lastPingAt }) => `last ping ${on(lastPingAt)}`),
    section("Paused", report.paused, ({ pausedAt }) =>
      pausedAt === null ? "paused" : `since ${on(pausedAt)}`,
    ),
    section(
      "Channels that do not work",
      report.broken,
      ({ brokenAt, because }) => `since ${on(brokenAt)}. ${oneLine(because, BECAUSE_CHARS_MAX)}`,
    ),
  ].flat();
}

function section<Item extends { name: string }>(
  title: string,
  { total, first }: { total: number; first: readonly Item[] },
  valueOf: (item: Item) => string,
): AlertSection[] {
  if (total === 0) return [];
  const lines = first.map((item) => ({
    label: oneLine(item.name, NAME_CHARS_MAX) || UNNAMED_CHECK,
    value: valueOf(item),
  }));
  return [{ title: total > 1 ? `${title} (${total})` : title, lines, more: total - first.length }];
}

function countText(count: number, what: string): string {
  return count === 0 ? "" : `${count} ${what}`;
}

function countChecks(count: number): string {
  return `${count} ${count === 1 ? "check" : "checks"}`;
}

/** The clock changes in a report's payload; null if it is a report on a period. */
export function clockChangesIn({ payload }: AlertFacts): ClockChangesPayload["clockChanges"] | null {
  return ClockChangesPayload.safeParse(payload).data?.clockChanges ?? null;
}

/** The text of the note on coming clock changes that affect runs of a project. */
export function clockChangeWords(
  facts: AlertFacts,
  changes: ClockChangesPayload["clockChanges"],
): MessageWords & { sections: AlertSection[] } {
  const checks = changes.reduce((sum, { total }) => sum + total, 0);
  const [first] = changes;
  const when = first === undefined ? "" : `on ${first.text.split(":")[0]}`;
  return {
    title: `${projectLine(facts)}: clocks change ${when}, ${checks} ${checks === 1 ? "check runs" : "checks run"} differently`,
    sentence:
      "Clocks change within two weeks, which moves, doubles or leaves out runs. This is what Overdue then expects of each check, by the rules of its scheduler; runs that come like this raise no alert.",
    lines: [{ label: "Project", value: projectLine(facts) }],
    sections: changes.map(({ text, timezone, total, first: shown }) => ({
      title: `${text} (${timezone})`,
      lines: shown.map(({ name, effect }) => ({
        label: oneLine(name, NAME_CHARS_MAX) || UNNAMED_CHECK,
        value: effect,
      })),
      more: total - shown.length,
    })),
    tone: "neutral",
    silent: true,
  };
}
