import { exitStatus } from "./exit-status.ts";
import { reasonSentence } from "./reason.ts";
import type { AlertFacts, AlertKind, AlertLine, AlertMessage, Tone } from "./alert.ts";
import { clipStart, oneLine, visible } from "./text.ts";
import { duration, instantIn } from "./time.ts";

const NAME_CHARS = 120;
const OUTPUT_CHARS = 1_500;
const OUTPUT_LINES = 20;
const TONES: Record<AlertKind, Tone> = { down: "bad", up: "good", test: "neutral" };

/** Puts an alert into words, once for all kinds of channel. `publicUrl`: where a person finds the app. */
export function composeAlert(facts: AlertFacts, publicUrl: string): AlertMessage {
  return {
    deliveryId: facts.deliveryId,
    kind: facts.kind,
    tone: TONES[facts.kind],
    silent: false,
    title: titleOf(facts),
    sentence: sentenceOf(facts),
    lines: linesOf(facts),
    output: outputOf(facts),
    link: linkTo(facts, publicUrl),
    repeat: facts.uncertain ? `may repeat #${facts.deliveryId.replaceAll("-", "").slice(-6)}` : null,
    facts,
  };
}

/** The whole message as plain text: what every channel can show at least. */
export function plainText(message: AlertMessage): string {
  const parts = [
    message.title,
    message.sentence,
    message.lines.map((line) => `${line.label}: ${line.value}`).join("\n"),
    message.output === null ? "" : `Last output:\n${message.output}`,
    message.link,
    message.repeat === null ? "" : `(${message.repeat})`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function titleOf(facts: AlertFacts): string {
  const name = checkName(facts);
  if (facts.kind === "test") return "Test alert from Overdue";
  if (facts.kind === "down") return `${name} is down`;
  return facts.tellsDownToo ? `${name} was down${downFor(facts)}, recovered` : `${name} is up again`;
}

function sentenceOf(facts: AlertFacts): string {
  if (facts.kind === "test") {
    return `This is a test of the channel “${oneLine(facts.channel.name, NAME_CHARS)}”. Nothing is wrong.`;
  }
  const why = facts.incident === null ? "" : whyDown(facts);
  if (facts.kind === "down") return why;
  return `The job is heard from again${downFor(facts, " after")}.${why === "" ? "" : ` It was down because: ${why}`}`;
}

function whyDown(facts: AlertFacts): string {
  if (facts.incident === null) return "";
  return reasonSentence(facts.incident.reason, facts.incident.evidence, facts.check?.graceSeconds ?? 0);
}

function downFor(facts: AlertFacts, before = ""): string {
  if (facts.incident === null || facts.flip === null) return "";
  return `${before} ${duration(facts.flip.at - facts.incident.openedAt)}`;
}

function linesOf(facts: AlertFacts): AlertLine[] {
  const timezone = facts.check?.timezone ?? null;
  const evidence = facts.incident?.evidence;
  const at = (instant: number | null | undefined) =>
    instant === null || instant === undefined ? null : instantIn(instant, timezone);
  const down = facts.kind === "down";
  const lines: [string, string | null][] = [
    ["Project", oneLine(facts.project.name, NAME_CHARS)],
    ["Expected", at(evidence?.expectedAt)],
    ["Deadline", down ? at(evidence?.deadlineAt) : null],
    [down ? "Last heard" : "Heard", facts.kind === "test" ? null : lastHeard(facts)],
    ["Exit status", exitLine(facts)],
    [
      "Ran for",
      evidence?.durationMs === null || evidence === undefined ? null : duration(evidence.durationMs),
    ],
    ["Down since", at(facts.incident?.openedAt)],
    ["Up since", facts.kind === "up" ? at(facts.flip?.at) : null],
  ];
  return lines.flatMap(([label, value]) => (value === null ? [] : [{ label, value }]));
}

function lastHeard(facts: AlertFacts): string {
  const at = facts.lastPing?.at ?? facts.incident?.evidence.lastHeardAt ?? null;
  if (at === null) return "never";
  const kind = facts.lastPing === null ? "" : `, ${facts.lastPing.kind}`;
  return instantIn(at, facts.check?.timezone ?? null) + kind;
}

function exitLine(facts: AlertFacts): string | null {
  const status = facts.kind === "down" ? (facts.lastPing?.exitStatus ?? null) : null;
  return status === null ? null : exitStatus(status);
}

function outputOf(facts: AlertFacts): string | null {
  const output = visible(facts.lastPing?.output ?? "").trim();
  if (output === "" || facts.kind !== "down") return null;
  return clipStart(output.split("\n").slice(-OUTPUT_LINES).join("\n"), OUTPUT_CHARS);
}

function linkTo(facts: AlertFacts, publicUrl: string): string {
  const project = `${publicUrl.replace(/\/+$/, "")}/projects/${facts.project.id}`;
  return facts.check === null ? `${project}/channels` : `${project}/checks/${facts.check.id}`;
}

function checkName(facts: AlertFacts): string {
  return oneLine(facts.check?.name ?? "", NAME_CHARS) || "unnamed check";
}
