import {
  type AlertFacts,
  causesIn,
  durationText,
  earlierOutputText,
  exitEvidence,
  exitStatusText,
  factTexts,
  policyText,
  ReportPayload,
  type RunFacts,
  stripMarks,
  stripText,
  visibleText,
} from "@overdue/core";

import type { AlertAction, AlertLine, AlertMessage, MessageWords } from "./alert.ts";
import { groupWords } from "./compose-group.ts";
import { clockChangesIn, clockChangeWords, reportWords } from "./compose-report.ts";
import { confirmWords, endWords, noticeWords, runWords, systemWords } from "./compose-other.ts";
import { checkName, projectLine, reasonSentence, reasonWord } from "./reasons.ts";
import { clipStart, oneLine } from "./text.ts";
import { instantIn } from "./time.ts";

const NAME_CHARS_MAX = 120;
const DESCRIPTION_CHARS_MAX = 500;
const CAUSES_SHOWN_MAX = 5;
/** A host's name has no more. */
const CAUSE_CHARS_MAX = 64;
const OUTPUT_CHARS_MAX = 1_500;
const OUTPUT_LINES_MAX = 20;

/**
 * Composes the message of an alert, the same for all kinds of channel. `publicUrl`: the address of the app. `actions`:
 * what can be done about the incident.
 */
export function composeAlert(
  facts: AlertFacts,
  publicUrl: string,
  actions: readonly AlertAction[] = [],
): AlertMessage {
  const group = facts.group ?? null;
  return {
    deliveryId: facts.deliveryId,
    ...(group === null ? { kind: facts.kind, ...composeOne(facts) } : groupWords(facts, group)),
    output: group === null ? lastOutput(facts) : null,
    ...(group === null && earlierOutput(facts)),
    link: pageLink(facts, publicUrl, actions),
    repeat: repeatNote(facts),
    ...(actions.length > 0 && group === null && facts.kind !== "confirm" && { actions }),
    facts,
  };
}

/** "may repeat #a1b2c3" if an earlier attempt may have arrived; else null. */
function repeatNote({ uncertain, deliveryId }: AlertFacts): string | null {
  return uncertain ? `may repeat #${deliveryId.replaceAll("-", "").slice(-6)}` : null;
}

function composeOne(facts: AlertFacts): MessageWords {
  switch (facts.kind) {
    case "run":
      return runWords(facts);
    case "notice":
      return noticeWords(facts);
    case "confirm":
      return confirmWords(facts);
    case "report": {
      const changes = clockChangesIn(facts);
      return changes === null ? reportWords(facts) : clockChangeWords(facts, changes);
    }
    case "system":
      return systemWords(facts, "bad");
    case "test":
      return {
        title: "Test alert from Overdue",
        sentence: testSentence(facts),
        ...linesAndTone(facts, "neutral"),
      };
    case "down":
      return {
        title: `${checkName(facts)} is down${reasonSuffix(facts)}`,
        sentence: `${whyDown(facts)}${whatNext(facts)}`,
        ...linesAndTone(facts, "bad"),
      };
    case "reminder":
      return {
        title: `${checkName(facts)} is still down${reasonSuffix(facts)}`,
        sentence: stillDown(facts),
        ...linesAndTone(facts, "bad"),
      };
    case "up":
      return {
        ...(endWords(facts) ?? { title: upTitle(facts), sentence: upSentence(facts) }),
        ...linesAndTone(facts, "good"),
      };
  }
}

function linesAndTone(
  facts: AlertFacts,
  tone: MessageWords["tone"],
): Omit<MessageWords, "title" | "sentence"> {
  const slots = facts.check?.slots ?? [];
  const lines = incidentLines(facts);
  // A single run is what the rest of the message is about already.
  if (slots.length < 2) return { lines, tone, silent: false };
  const strip = stripMarks(slots, { status: "up", isRunning: false });
  const inWords = { label: `Last ${slots.length} runs`, value: stripText(strip) };
  return { lines: [...lines, inWords], strip, tone, silent: false };
}

function testSentence(facts: AlertFacts): string {
  return `This is a test of the channel “${oneLine(facts.channel.name, NAME_CHARS_MAX)}”. Nothing is wrong.`;
}

function stillDown(facts: AlertFacts): string {
  const since =
    facts.incident === null ? "" : ` for ${durationText(facts.writtenAt - facts.incident.openedAt)}`;
  return `It has been down${since}. ${whyDown(facts)}${whatNext(facts)}`.trim();
}

function upTitle(facts: AlertFacts): string {
  const name = checkName(facts);
  return facts.includesDown ? `${name} was down${downFor(facts)}, recovered` : `${name} is up again`;
}

function upSentence(facts: AlertFacts): string {
  const why = whyDown(facts);
  return `The job is heard from again${downFor(facts, " after")}.${why === "" ? "" : ` It was down because: ${why}`}`;
}

/** The reason after a title: ": missed" or ": overlong". */
function reasonSuffix({ incident }: AlertFacts): string {
  return incident === null ? "" : `: ${reasonWord(incident.reason)}`;
}

function whyDown(facts: AlertFacts): string {
  if (facts.incident === null) return "";
  const { reason, evidence } = facts.incident;
  return reasonSentence(reason, evidence, {
    graceSeconds: facts.check?.graceSeconds ?? 0,
    // Of a recovery the last ping ended the incident.
    facts: isDown(facts) ? causes(facts) : {},
  });
}

/** Why the run ended as it did and where it was, beside its exit status. What was skipped is in the sentence. */
function causeLines(facts: AlertFacts): [label: string, value: string][] {
  const { skipped: _skipped, ...said } = causesIn(causes(facts));
  return factTexts(said)
    .slice(0, CAUSES_SHOWN_MAX)
    .map(({ label, text }) => [label, oneLine(text, CAUSE_CHARS_MAX)]);
}

/** What the last ping said of its run, unless that ended well: then it explains nothing. */
function causes({ lastPing }: AlertFacts): RunFacts {
  return lastPing === null || lastPing.kind === "success" ? {} : (lastPing.facts ?? {});
}

/** What the job's scheduler does about a run that did not come, as a sentence with a space before it; else empty. */
function whatNext({ incident, check, writtenAt }: AlertFacts): string {
  const { policy, deadlineAt = null } = incident?.evidence ?? {};
  if (policy === undefined) return "";
  const timeText = (at: number) => instantIn(at, check?.timezone ?? null);
  const { nextAt } = policy;
  const next = nextAt === null || nextAt <= writtenAt ? "" : `, and the next is due ${timeText(nextAt)}`;
  return ` ${policyText({ policy, deadlineAt }, timeText)}${next}.`;
}

function downFor(facts: AlertFacts, before = ""): string {
  if (facts.incident === null || facts.flip === null) return "";
  return `${before} ${durationText(facts.flip.at - facts.incident.openedAt)}`;
}

function incidentLines(facts: AlertFacts): AlertLine[] {
  const timezone = facts.check?.timezone ?? null;
  const evidence = facts.incident?.evidence;
  const at = (instant: number | null | undefined) =>
    instant === null || instant === undefined ? null : instantIn(instant, timezone);
  const down = isDown(facts);
  const lines: [string, string | null][] = [
    ["What to do", down ? whatToDo(facts) : null],
    ["Project", projectLine(facts)],
    [isAhead(facts) ? "Next expected" : "Expected", at(evidence?.expectedAt)],
    ["Deadline", down ? at(evidence?.deadlineAt) : null],
    [down ? "Last heard" : "Heard", facts.kind === "test" ? null : lastHeard(facts)],
    ["Exit status", exitLine(facts)],
    ...(down ? causeLines(facts) : []),
    [
      "Ran for",
      evidence?.durationMs === null || evidence === undefined ? null : durationText(evidence.durationMs),
    ],
    ["Down since", at(facts.incident?.openedAt)],
    ["Up since", facts.kind === "up" ? at(facts.flip?.at) : null],
  ];
  return lines.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

/** The description of the check, whose field in the app asks for what to do; null if there is none. */
function whatToDo({ check }: AlertFacts): string | null {
  const text = oneLine(check?.description ?? "", DESCRIPTION_CHARS_MAX);
  return text === "" ? null : text;
}

/** Whether the expected ping is still ahead, as after a run that failed at or before its time. */
function isAhead({ incident, kind, flip }: AlertFacts): boolean {
  if (incident === null) return false;
  const saidAt = kind === "up" && flip !== null ? flip.at : incident.openedAt;
  return (incident.evidence.expectedAt ?? 0) > saidAt;
}

function isDown({ kind }: AlertFacts): boolean {
  return kind === "down" || kind === "reminder";
}

function lastHeard(facts: AlertFacts): string {
  const at = facts.lastPing?.at ?? facts.incident?.evidence.lastHeardAt ?? null;
  if (at === null) return "never";
  const kind = facts.lastPing === null ? "" : `, ${facts.lastPing.kind}`;
  return instantIn(at, facts.check?.timezone ?? null) + kind;
}

/** Null for status 0, since that of the last good run does not explain why the next one is missing. */
function exitLine(facts: AlertFacts): string | null {
  const status = isDown(facts) ? (facts.lastPing?.exitStatus ?? 0) : 0;
  return status === 0 ? null : exitStatusText(status, exitEvidence(causes(facts)));
}

function earlierOutput({ incident }: AlertFacts): Pick<AlertMessage, "earlierOutput"> {
  const text = incident === null ? null : earlierOutputText(incident.reason);
  return text === null ? {} : { earlierOutput: text };
}

function lastOutput(facts: AlertFacts): string | null {
  const output = visibleText(facts.lastPing?.output ?? "").trim();
  if (output === "" || !isDown(facts)) return null;
  return clipStart(output.split("\n").slice(-OUTPUT_LINES_MAX).join("\n"), OUTPUT_CHARS_MAX);
}

/** A recipient who is asked for confirmation may have no account, so the link leads to the page that asks. */
function pageLink(facts: AlertFacts, publicUrl: string, actions: readonly AlertAction[]): string {
  if (facts.kind === "confirm") return actions[0]?.url ?? publicUrl;
  const project = `${publicUrl.replace(/\/+$/, "")}/projects/${facts.project.id}`;
  if (facts.kind === "report")
    return clockChangesIn(facts) === null
      ? `${project}/report${periodQuery(facts)}`
      : `${project}/clock-changes`;
  if (facts.group?.storm) return `${project}/storms/${facts.group.storm.id}`;
  if (facts.group) return `${project}/incidents`;
  return facts.check === null ? `${project}/channels` : `${project}/checks/${facts.check.id}`;
}

function periodQuery({ payload }: AlertFacts): string {
  const { label, timezone } = ReportPayload.parse(payload).period;
  return `?${new URLSearchParams({ period: label, timezone })}`;
}
