import {
  type AlertFacts,
  durationText,
  EndPayload,
  exitStatusText,
  metricsText,
  type ProviderIncidentEnd,
  NoticePayload,
  type Reason,
  RunPayload,
  SystemPayload,
} from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import type { z } from "zod";

import type { AlertLine, MessageWords, Tone } from "./alert.ts";
import { checkName, metricSentence, projectLine } from "./reasons.ts";
import { oneLine } from "./text.ts";
import { instantIn, spanIn } from "./time.ts";

const TITLE_CHARS_MAX = 160;
const NOTICES: Record<Reason | "edited", string> = {
  missed: "No ping came when it was expected.",
  failed: "A run failed.",
  "never-started": "The job was never heard from.",
  overlong: "A run took longer than usual.",
  "too-quick": "A run ended sooner than usual.",
  "metric-limit": "A number that a run reported is not as expected.",
  overlap: "A run started, or was left out, while an earlier one was still running.",
  "host-duplicate": "The job runs on more than one host.",
  "too-often": "The job pings more often than usual.",
  edited: "The check was edited.",
};

export const GOOD_RUN = "✓";
export const BAD_RUN = "✗";
const RUN_TIMES: Record<string, string> = {
  overlong: "slower than usual",
  "too-quick": "quicker than usual",
  "metric-limit": "numbers not as expected",
};
/** More of them are on the check's page. */
const METRICS_SHOWN_MAX = 3;

/** A run on one line: "nightly backup ran 03:00–03:04 UTC, 4 min". Only a failed run makes a sound. */
export function runWords(facts: AlertFacts): MessageWords {
  const run = RunPayload.parse(facts.payload);
  const does = { success: "ran", fail: "failed", lost: "started and was never heard to end," }[run.outcome];
  return {
    title: `${checkName(facts)} ${does} ${runText(facts, run)}`,
    sentence: "",
    lines: [],
    tone: run.outcome === "fail" ? "bad" : "neutral",
    mark: run.outcome === "success" ? GOOD_RUN : BAD_RUN,
    silent: run.outcome !== "fail",
  };
}

/** "03:00–03:04 UTC, 4 min, exit status 1, slower than usual, usually 2 min" */
export function runText(
  { check, writtenAt }: { check: { timezone: string | null } | null; writtenAt: Instant },
  run: z.output<typeof RunPayload>,
): string {
  const { startedAt, endedAt, durationMs, exitStatus: status, noticed, usualMs } = run;
  const until = (run.outcome === "lost" ? startedAt : endedAt) ?? endedAt ?? writtenAt;
  const parts = [
    spanIn({ from: startedAt, until }, check?.timezone ?? null, writtenAt),
    durationMs === null ? "" : durationText(durationMs),
    status === null || status === 0 ? "" : `exit status ${exitStatusText(status)}`,
    metricsText(Object.fromEntries(Object.entries(run.metrics ?? {}).slice(0, METRICS_SHOWN_MAX))),
    RUN_TIMES[noticed ?? ""] ?? "",
    usualMs === null || usualMs === undefined ? "" : `usually ${durationText(usualMs)}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

export function noticeWords(facts: AlertFacts): MessageWords {
  const { notice, at, evidence, sentence: payloadSentence } = NoticePayload.parse(facts.payload);
  const { durationMs, limitMs, baseline, metrics } = evidence;
  const lines = [
    ["Project", projectLine(facts)],
    ["Noticed", instantIn(at, facts.check?.timezone ?? null)],
    ["Ran for", durationMs === null || durationMs === undefined ? null : durationText(durationMs)],
    ["Limit", limitMs === null || limitMs === undefined ? null : durationText(limitMs)],
    [
      "Usually",
      baseline === null || baseline === undefined
        ? null
        : `${durationText(baseline.medianMs)}, over ${baseline.runs} runs`,
    ],
  ] as const;
  // A later version may have written a notice that this version does not know.
  const sentence =
    payloadSentence ??
    (metrics ? metricSentence(metrics) : undefined) ??
    new Map(Object.entries(NOTICES)).get(notice) ??
    "Something worth a look was noticed; the check is not down because of it.";
  const title = `${checkName(facts)}: worth a look`;
  return { title, sentence, lines: nonNullLines(lines), tone: "neutral", silent: true };
}

const ENDS: Record<ProviderIncidentEnd, (name: string) => { title: string; sentence: string }> = {
  paused: (name) => ({
    title: `${name} was paused`,
    sentence: "It was down when somebody paused it; this incident ends with that.",
  }),
  changed: (name) => ({
    title: `${name} was changed`,
    sentence: "It was down when somebody changed it, and starts anew; this incident ends with that.",
  }),
  deleted: (name) => ({
    title: `${name} was deleted`,
    sentence: "It was down when it was deleted; this incident ends with that.",
  }),
  "channel-changed": (name) => ({
    title: `${name} is alerted elsewhere now`,
    sentence: "It is still down. The channel's address was changed; a new incident is opened there.",
  }),
  "channel-deleted": (name) => ({
    title: `${name} is no longer alerted here`,
    sentence: "It is still down. The channel was deleted, so its recovery will not be sent here.",
  }),
};

/** The text for an incident that ended without a recovery, for a provider that keeps incidents; null if it recovered. */
export function endWords(facts: AlertFacts): { title: string; sentence: string } | null {
  const end = EndPayload.safeParse(facts.payload).data;
  return end === undefined ? null : ENDS[end.endedBy](checkName(facts));
}

/**
 * The question whether alerts may be sent to an address. Its reader has not agreed to anything yet, so the only text in it
 * that strangers typed is the project's name, without characters that links and advertisements need.
 */
export function confirmWords({ project }: AlertFacts): MessageWords {
  const name = harmlessName(project.name);
  const whose = name === "" ? "a project" : `the project “${name}”`;
  const sentence =
    `Somebody asked Overdue to send the alerts of ${whose} to this address. None is sent unless you agree within three days, ` +
    "on the page behind the link below. If you know nothing of it, ignore this message: then no alerts are sent.";
  return {
    title: "May Overdue send alerts to this address?",
    sentence,
    lines: [],
    tone: "neutral",
    silent: false,
  };
}

const HARMLESS_NAME_CHARS_MAX = 40;

function harmlessName(name: string): string {
  return oneLine(name.replaceAll(/[^\p{L}\p{N} _-]+/gu, " ").replaceAll(/ +/g, " "), HARMLESS_NAME_CHARS_MAX);
}

/** The text of a message whose payload contains it already. */
export function systemWords(facts: AlertFacts, tone: Tone): MessageWords {
  const { title, sentence, lines } = SystemPayload.parse(facts.payload);
  return {
    title: oneLine(title, TITLE_CHARS_MAX),
    sentence,
    lines: [{ label: "Project", value: projectLine(facts) }, ...lines],
    tone,
    silent: false,
  };
}

function nonNullLines(lines: readonly (readonly [string, string | null])[]): AlertLine[] {
  return lines.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}
