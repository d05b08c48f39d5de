import type { AlertFacts, AlertLine, Tone } from "./alert.ts";
import { exitStatus } from "./exit-status.ts";
import { checkName, projectLine } from "./names.ts";
import { NoticePayload, RunPayload, SaidPayload } from "./payload.ts";
import { oneLine } from "./text.ts";
import { duration, instantIn } from "./time.ts";

/** The words of a message that is about no incident. */
export type Words = { title: string; sentence: string; lines: AlertLine[]; tone: Tone; silent: boolean };

const TITLE_CHARS = 160;
const NOTICES: Record<string, string> = {
  overlong: "A run took longer than usual.",
  "too-quick": "A run ended sooner than usual.",
  overlap: "A run started while an earlier one was still running.",
  "host-duplicate": "The job runs on more than one host.",
  "too-often": "The job pings more often than usual.",
  edited: "The check was edited.",
};

/** One quiet line: "nightly backup ran in 3 min". A run that failed is not quiet. */
export function runWords(facts: AlertFacts): Words {
  const run = RunPayload.parse(facts.payload);
  const took = run.durationMs === null ? "" : ` in ${duration(run.durationMs)}`;
  const title = {
    success: `${checkName(facts)} ran${took}`,
    fail: `${checkName(facts)} failed${run.durationMs === null ? "" : ` after ${duration(run.durationMs)}`}`,
    lost: `${checkName(facts)} started a run that was never heard to end`,
  }[run.outcome];
  const ended = run.endedAt ?? run.startedAt;
  const lines = [
    ["Project", projectLine(facts)],
    ["Ended", ended === null ? null : instantIn(ended, facts.check?.timezone ?? null)],
    ["Exit status", run.exitStatus === null || run.exitStatus === 0 ? null : exitStatus(run.exitStatus)],
    ["Host", run.host === null ? null : oneLine(run.host, 120)],
  ] as const;
  const good = run.outcome === "success";
  const sentence = good ? "The run ended well." : "This run did not end well.";
  return { title, sentence, lines: filled(lines), tone: good ? "neutral" : "bad", silent: good };
}

export function noticeWords(facts: AlertFacts): Words {
  const { notice, at, evidence } = NoticePayload.parse(facts.payload);
  const { durationMs, limitMs, usual } = evidence;
  const lines = [
    ["Project", projectLine(facts)],
    ["Noticed", instantIn(at, facts.check?.timezone ?? null)],
    ["Ran for", durationMs === null || durationMs === undefined ? null : duration(durationMs)],
    ["Limit", limitMs === null || limitMs === undefined ? null : duration(limitMs)],
    [
      "Usually",
      usual === null || usual === undefined ? null : `${duration(usual.medianMs)}, over ${usual.runs} runs`,
    ],
  ] as const;
  const sentence = NOTICES[notice] ?? "Something worth a look was noticed; nothing is down for it.";
  const title = `${checkName(facts)}: worth a look`;
  return { title, sentence, lines: filled(lines), tone: "neutral", silent: true };
}

/**
 * The question whether alerts may come to an address. Nobody has agreed to it yet, so it carries nothing of what
 * strangers type but a name that can be no advertisement and no link.
 */
export function confirmWords({ project }: AlertFacts): Words {
  const name = harmless(project.name);
  const whose = name === "" ? "a project" : `the project “${name}”`;
  const sentence =
    `Somebody asked Overdue to send the alerts of ${whose} to this address. None comes before you agree, ` +
    "on the page behind the link below, within three days. If you know nothing of it, leave it: then nothing comes.";
  return {
    title: "May alerts of Overdue come to this address?",
    sentence,
    lines: [],
    tone: "neutral",
    silent: false,
  };
}

const HARMLESS_CHARS = 40;

function harmless(name: string): string {
  return oneLine(name.replaceAll(/[^\p{L}\p{N} _-]+/gu, " ").replaceAll(/ +/g, " "), HARMLESS_CHARS);
}

/** What was put into words by whoever wrote it. */
export function saidWords(facts: AlertFacts, tone: Tone): Words {
  const { title, sentence, lines } = SaidPayload.parse(facts.payload);
  return {
    title: oneLine(title, TITLE_CHARS),
    sentence,
    lines: [{ label: "Project", value: projectLine(facts) }, ...lines],
    tone,
    silent: false,
  };
}

function filled(lines: readonly (readonly [string, string | null])[]): AlertLine[] {
  return lines.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}
