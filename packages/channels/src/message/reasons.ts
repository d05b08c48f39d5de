import {
  type AlertFacts,
  checkName as plainName,
  durationText,
  type Evidence,
  exitEvidence,
  exitStatusText,
  explainExit,
  metricFindingText,
  type Reason,
  type RunFacts,
  UNNAMED_CHECK,
} from "@overdue/core";

import { oneLine } from "./text.ts";

const NAME_CHARS_MAX = 120;
const WHY_CHARS_MAX = 100;

/** The name of a check on one line. */
export function checkName({ check }: { check: { name: string; slug: string } | null }): string {
  if (check === null) return UNNAMED_CHECK;
  return plainName({ name: oneLine(check.name, NAME_CHARS_MAX), slug: oneLine(check.slug, NAME_CHARS_MAX) });
}

export function projectLine({ project }: Pick<AlertFacts, "project">): string {
  return oneLine(project.name, NAME_CHARS_MAX);
}

type Cause = Pick<Evidence, "exitStatus" | "limitMs"> & {
  baseline?: Evidence["baseline"] | undefined;
  metrics?: Evidence["metrics"] | undefined;
};
type Sentence = (evidence: Cause, graceSeconds: number, facts: RunFacts) => string;

const SENTENCES: Record<Reason, Sentence> = {
  missed: (_, grace) =>
    `No ping came when it was expected, nor in the grace time of ${durationText(grace * 1_000)} after.`,
  failed: ({ exitStatus }, _, facts) => {
    if (exitStatus !== null && exitStatus !== 0)
      return `The job ended with exit status ${exitStatusText(exitStatus, exitEvidence(facts))}.${exitHint(exitStatus, facts)}`;
    return facts["wrapperKilled"] === true
      ? "The command that watched the job was killed, so how the job ended is not known."
      : "The job reported a failure.";
  },
  overlong: (evidence) =>
    evidence.baseline === undefined
      ? `A run takes longer than ${limit(evidence, "its limit")}.`
      : `A run takes longer than usual, which is ${durationText(evidence.baseline.medianMs)}.`,
  overlap: () => "A run started, or was left out, while an earlier one was still running.",
  "too-quick": (evidence) =>
    evidence.baseline === undefined
      ? `A run ended sooner than ${limit(evidence, "is believable")}, so it counts as a failure.`
      : `A run ended sooner than usual, which is after ${durationText(evidence.baseline.medianMs)}.`,
  "metric-limit": ({ metrics = [] }) => metricSentence(metrics),
  "too-often": () => "The job pinged more often than this check allows.",
  "never-started": (_, grace) =>
    `The job was never heard from, up to the end of the grace time of ${durationText(grace * 1_000)}.`,
  "host-duplicate": () => "The job runs on more than one host.",
};

const WORDS: Record<Reason, string> = {
  missed: "missed",
  failed: "failed",
  overlong: "overlong",
  overlap: "overlapping",
  "too-quick": "too quick",
  "metric-limit": "beyond a limit",
  "too-often": "too often",
  "never-started": "never started",
  "host-duplicate": "on two hosts",
};

/** Why a check is down, in a word or two: "missed", "too quick". */
export function reasonWord(reason: Reason): string {
  return WORDS[reason];
}

/** The word for a stored reason; "down" for one that this version does not know. */
export function reasonText(reason: string): string {
  return Object.entries(WORDS).find(([known]) => known === reason)?.[1] ?? "down";
}

/** Why a check is down, in a plain sentence or two. `facts`: what its last ping said of the run, unless that was a success. */
export function reasonSentence(
  reason: Reason,
  evidence: Cause,
  { graceSeconds, facts = {} }: { graceSeconds: number; facts?: RunFacts },
): string {
  return `${SENTENCES[reason](evidence, graceSeconds, facts)}${skipSentence(facts)}`;
}

/** Why the job was not run when it was last started, as a sentence with a space before it; empty if it was. */
function skipSentence({ skipped: why }: RunFacts): string {
  return typeof why === "string" ? ` Its last start was skipped: ${oneLine(why, WHY_CHARS_MAX)}.` : "";
}

/** What was found about the metrics of a run: "bytes was 0, at least 1 is expected." */
export function metricSentence(metrics: NonNullable<Evidence["metrics"]>): string {
  return metrics.length === 0
    ? "A number that the run reported is beyond its limit."
    : `${metrics.map(metricFindingText).join("; ")}.`;
}

function limit(evidence: Cause, otherwise: string): string {
  return evidence.limitMs === null ? otherwise : `the limit of ${durationText(evidence.limitMs)}`;
}

/** What to look at, as a sentence with a space before it; empty if there is no hint. */
function exitHint(status: number, facts: RunFacts): string {
  const hint = explainExit(status, exitEvidence(facts))?.hint ?? null;
  return hint === null ? "" : ` ${hint}`;
}
