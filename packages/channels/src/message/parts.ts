import type { AlertAction, AlertMessage, AlertSection, Tone } from "./alert.ts";
import { clipEnd, oneLine } from "./text.ts";

/** The parts of a message that several kinds of channel share. */

type Look = { mark: string; colour: `#${string}` };

const LOOKS: Record<Tone, Look> = {
  bad: { mark: "🔴", colour: "#c92a2a" },
  good: { mark: "🟢", colour: "#2b8a3e" },
  neutral: { mark: "🔔", colour: "#1864ab" },
};

/** The symbol before the title of an alert, and its colour. */
export function alertLook({ tone, mark }: Pick<AlertMessage, "tone" | "mark">): Look {
  return mark === undefined ? LOOKS[tone] : { ...LOOKS[tone], mark };
}

/** "🔴 nightly backup is down" */
export function markedTitle(message: AlertMessage): string {
  return `${alertLook(message).mark} ${message.title}`;
}

/** The whole message as plain text with its symbol, at most `limit` UTF-16 units. */
export function markedText(message: AlertMessage, limit: number): string {
  return clipEnd(`${alertLook(message).mark} ${plainText(message)}`, limit);
}

/** The whole message as plain text. */
export function plainText(message: AlertMessage): string {
  const parts = [
    message.title,
    message.sentence,
    linesText(message),
    ...(message.sections ?? []).map(sectionText),
    message.output === null ? "" : `${outputTitle(message)}:\n${message.output}`,
    message.link,
    message.repeat === null ? "" : `(${message.repeat})`,
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The heading of the output where every output has one. */
export function outputTitle({ earlierOutput = "Last output" }: AlertMessage): string {
  return earlierOutput;
}

/** What the output is of, as a line above it; null if it is of what the message is about, or if there is none. */
export function earlierOutputLine({ output, earlierOutput }: AlertMessage): string | null {
  return output === null || earlierOutput === undefined ? null : `${earlierOutput}:`;
}

function sectionText({ title, lines, more }: AlertSection): string {
  const texts = lines.map(({ label, value }) => `- ${label}: ${value}`);
  return [title, ...texts, ...(more > 0 ? [`- and ${more} more`] : [])].join("\n");
}

/** The lines as text: "Project: Ops", one below the other. */
export function linesText({ lines }: AlertMessage): string {
  return lines.map(({ label, value }) => `${label}: ${value}`).join("\n");
}

/** Everything except the title, at most `limit` UTF-16 units; the link is always kept. */
export function bodyText(message: AlertMessage, limit: number): string {
  const parts = [
    message.sentence,
    linesText(message),
    message.output === null ? "" : `${outputTitle(message)}:\n${message.output}`,
    message.repeat === null ? "" : `(${message.repeat})`,
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return text === "" ? message.link : `${clipEnd(text, limit - message.link.length - 2)}\n\n${message.link}`;
}

/** The links of an alert: to the app, and to the actions for the incident, whose pages ask for confirmation. */
export function alertLinks(message: AlertMessage): { label: string; url: string }[] {
  return [{ label: "Open in Overdue", url: message.link }, ...mainActions(message)];
}

/** The links as Markdown. Their addresses are Overdue's own, so nothing in them needs escaping. */
export function markdownLinks(message: AlertMessage): string {
  return alertLinks(message)
    .map(({ label, url }) => `[${label}](${url})`)
    .join(" · ");
}

const MAIN_ACTS = ["acknowledge", "snooze-2h", "snooze-recovery"];

/** The actions that fit into a chat message; only a mail has room for all of them. */
export function mainActions({ actions = [] }: AlertMessage): AlertAction[] {
  return actions.filter(({ act }) => MAIN_ACTS.includes(act));
}

/** The first action as the last line of a short message, with two line feeds before it; empty if there is none. */
export function acknowledgeLine(message: AlertMessage): string {
  const [action] = mainActions(message);
  return action === undefined ? "" : `\n\n${action.label}: ${action.url}`;
}

/** Title, reason and link, at most `limit` UTF-16 units, for a text message. */
export function shortText(message: AlertMessage, limit: number): string {
  const room = limit - message.link.length - 1;
  return `${clipEnd(titleAndSentence(message), room)} ${message.link}`;
}

/** "nightly backup is down. No ping came when it was expected." */
export function titleAndSentence({ title, sentence }: AlertMessage): string {
  return sentence === "" ? title : `${title}. ${sentence}`;
}

/** Whether a message is a run, a notice or a report, which opens no incident and calls nobody. */
export function isForTheRecord({ facts }: AlertMessage): boolean {
  return facts.kind === "run" || facts.kind === "notice" || facts.kind === "report";
}

const NAME_CHARS_MAX = 120;

/** The names of project and check, each on one line of at most 120 characters; the check's is empty for a test. */
export function shortNames({ facts }: AlertMessage): { project: string; check: string } {
  return {
    project: oneLine(facts.project.name, NAME_CHARS_MAX),
    check: oneLine(facts.check?.name ?? "", NAME_CHARS_MAX),
  };
}

/** The key that links an up to its down at a provider that keeps incidents; ASCII, at most 64 characters. */
export function incidentKey({ facts }: AlertMessage): string {
  if (facts.kind === "system") return `overdue-${facts.deliveryId}`;
  return `overdue-${facts.incident?.id ?? facts.check?.id ?? `test-${facts.channel.id}`}`;
}
