import type { AlertAction, AlertMessage } from "./alert.ts";
import { plainText } from "./compose.ts";
import { clipEnd, oneLine } from "./text.ts";
import { lookOf } from "./look.ts";

/** "🔴 nightly backup is down" */
export function markedTitle(message: AlertMessage): string {
  return `${lookOf(message).mark} ${message.title}`;
}

/** The whole message as plain text with its mark, at most `limit` UTF-16 units. */
export function markedText(message: AlertMessage, limit: number): string {
  return clipEnd(`${lookOf(message).mark} ${plainText(message)}`, limit);
}

/** "Project: Ops" and so on, a line each. */
export function linesText({ lines }: AlertMessage): string {
  return lines.map(({ label, value }) => `${label}: ${value}`).join("\n");
}

/** All but the title, for providers that have a place of its own for it. The link is kept however long the rest is. */
export function bodyText(message: AlertMessage, limit: number): string {
  const parts = [
    message.sentence,
    linesText(message),
    message.output === null ? "" : `Last output:\n${message.output}`,
    message.repeat === null ? "" : `(${message.repeat})`,
  ];
  const text = parts.filter((part) => part !== "").join("\n\n");
  return text === "" ? message.link : `${clipEnd(text, limit - message.link.length - 2)}\n\n${message.link}`;
}

/** Where an alert leads: the app, and what can be done about its incident; each link asks before it acts. */
export function linksOf(message: AlertMessage): { label: string; url: string }[] {
  return [{ label: "Open in Overdue", url: message.link }, ...mainActions(message)];
}

/** The same as Markdown, whose addresses are ours and have nothing to escape in them. */
export function markdownLinks(message: AlertMessage): string {
  return linksOf(message)
    .map(({ label, url }) => `[${label}](${url})`)
    .join(" · ");
}

const MAIN_ACTS = ["acknowledge", "snooze-2h", "snooze-recovery"];

/** What a chat offers; a mail has room for all of them. */
export function mainActions({ actions = [] }: AlertMessage): AlertAction[] {
  return actions.filter(({ act }) => MAIN_ACTS.includes(act));
}

/** The one act that a short message has room for, as its last line; empty where there is nothing to do. */
export function acknowledgeLine(message: AlertMessage): string {
  const [action] = mainActions(message);
  return action === undefined ? "" : `\n\n${action.label}: ${action.url}`;
}

/** Title, why and where: all that fits into a text message. */
export function shortText(message: AlertMessage, limit: number): string {
  const room = limit - message.link.length - 1;
  return `${clipEnd(saidText(message), room)} ${message.link}`;
}

/** Title and why, in a row. */
export function saidText({ title, sentence }: AlertMessage): string {
  return sentence === "" ? title : `${title}. ${sentence}`;
}

/** A run, a notice or a report: for the record, and nothing that a person is called for or that would be over one day. */
export function isForTheRecord({ facts }: AlertMessage): boolean {
  return facts.kind === "run" || facts.kind === "notice" || facts.kind === "report";
}

const NAME = 120;

/** The project's and the check's name, each one line of bounded length; the check's is empty for a test. */
export function namesOf({ facts }: AlertMessage): { project: string; check: string } {
  return { project: oneLine(facts.project.name, NAME), check: oneLine(facts.check?.name ?? "", NAME) };
}
