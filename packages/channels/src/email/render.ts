// A separate entry of the package, since the web app imports the other one and needs no mail renderer.
import { type AlertFacts, durationText } from "@overdue/core";
import { Heading, Hr, Link, render, Text } from "@react-email/components";
import { createElement as h, type ReactElement } from "react";

import type { AlertLine, AlertMessage, AlertSection } from "../message/alert.ts";
import { alertLook, plainText, outputTitle } from "../message/parts.ts";
import { checkName, reasonWord } from "../message/reasons.ts";
import { oneLine } from "../message/text.ts";
import * as layout from "./layout.ts";
import { stripTable } from "./strip.ts";

export type RenderedEmail = { subject: string; html: string; text: string };

/**
 * Renders an alert as HTML and plain text with the same content. `stopUrl`: where the recipient can unsubscribe. React
 * escapes the texts of people and jobs.
 */
export async function renderEmail(message: AlertMessage, stopUrl: string): Promise<RenderedEmail> {
  return {
    subject: alertSubject(message),
    html: await render(page(message, stopUrl)),
    text: [
      plainText(message),
      ...(message.actions ?? []).map(({ label, url }) => `${label}: ${url}`),
      `${stopLabel(message)}: ${stopUrl}`,
    ].join("\n\n"),
  };
}

function page(message: AlertMessage, stopUrl: string): ReactElement {
  return layout.mailPage(
    { preview: message.sentence || message.title, colour: alertLook(message).colour },
    ...content(message),
    ...footer(message, stopUrl),
  );
}

function content(message: AlertMessage): ReactElement[] {
  return [
    h(Heading, { as: "h1", key: "title", style: layout.title }, message.title),
    ...(message.sentence === ""
      ? []
      : [h(Text, { key: "sentence", style: layout.paragraph }, message.sentence)]),
    ...(message.strip === undefined ? [] : [h("div", { key: "strip" }, stripTable(message.strip))]),
    lineTable(message.lines, { key: "lines", style: layout.label, className: "muted" }),
    ...(message.sections ?? []).flatMap(section),
    ...(message.output === null
      ? []
      : [
          h(Heading, { as: "h2", key: "output title", style: layout.heading }, outputTitle(message)),
          h("pre", { key: "output", className: "output", style: layout.output }, message.output),
        ]),
    h("div", { key: "acts" }, ...buttons(message)),
  ];
}

function footer(message: AlertMessage, stopUrl: string): ReactElement[] {
  const muted = { className: "muted", style: layout.small };
  return [
    h(Hr, { key: "rule", className: "rule", style: layout.rule }),
    h(Text, { key: "footer", ...muted }, footerText(message)),
    h(Text, { key: "stop", ...muted }, h(Link, { href: stopUrl }, stopLabel(message))),
  ];
}

/** The page of each action asks for confirmation, because virus scanners open every link in a mail. */
function buttons({ kind, link, actions = [] }: AlertMessage): ReactElement[] {
  const open = { href: link, className: "button", style: layout.button };
  return [
    h(Link, { key: "open", ...open }, kind === "confirm" ? "Yes, send alerts here" : "Open in Overdue"),
    ...actions.map(({ act, label, url }) =>
      h(Link, { key: act, href: url, className: "other", style: layout.secondaryButton }, label),
    ),
  ];
}

function section({ title, lines, more }: AlertSection): ReactElement[] {
  const further = `and ${more} more`;
  return [
    h(Heading, { as: "h2", key: title, style: layout.heading }, title),
    lineTable(lines, { key: `${title} lines`, style: layout.name, className: "name" }),
    ...(more > 0
      ? [h(Text, { key: `${title} more`, className: "muted", style: layout.small }, further)]
      : []),
  ];
}

type LabelStyle = { key: string; style: typeof layout.label; className: string };

function lineTable(lines: readonly AlertLine[], { key, ...labelProps }: LabelStyle): ReactElement {
  const rows = lines.map(({ label, value }, index) =>
    h("tr", { key: index }, h("td", labelProps, label), h("td", { style: layout.value }, value)),
  );
  const tableProps = { role: "presentation", cellPadding: 0, cellSpacing: 0, width: "100%" };
  return h("table", { key, style: layout.table, ...tableProps }, h("tbody", null, ...rows));
}

function footerText(message: AlertMessage): string {
  const sent = `Sent by Overdue${whySent(message)}`;
  return message.repeat === null ? sent : `${sent} This message ${message.repeat}.`;
}

/** Why the mail was sent, or where that can be changed; ends the footer's first sentence. */
function whySent({ kind, facts }: AlertMessage): string {
  if (kind === "confirm") return ", since somebody typed this address there.";
  if (kind === "report") return ". How often such a report comes is set on the project's settings page.";
  const isOfOne = facts.check !== null && !facts.group;
  return isOfOne
    ? ". Who gets notified about this check is set on its page."
    : ". Who gets notified is set on the project's channels and routes pages.";
}

function stopLabel({ kind }: AlertMessage): string {
  return kind === "report" ? "No more reports of this project" : "No more mails to this address";
}

const SUBJECT_CHARS_MAX = 180;

/**
 * The subject of a mail, such as "[Down] nightly backup: missed", "[Still down 2 h] nightly backup: missed" or "[Up again,
 * 13 min late] nightly backup: missed". Mails about one incident differ only in the brackets, which mail programs ignore
 * when they group mails by subject (RFC 5256, 2.1).
 */
function alertSubject(message: AlertMessage): string {
  const { facts, repeat, title } = message;
  const state = facts.group ? null : incidentState(facts);
  const subject =
    state === null || facts.incident === null
      ? title
      : `[${state}] ${checkName(facts)}: ${reasonWord(facts.incident.reason)}`;
  return oneLine(repeat === null ? subject : `${subject} (${repeat})`, SUBJECT_CHARS_MAX);
}

/** The text in the brackets; null if the mail is not about an incident, or if its title says how that ended. */
function incidentState(facts: AlertFacts): string | null {
  const { kind, incident, payload } = facts;
  if (incident === null || payload !== null) return null;
  if (kind === "down") return "Down";
  if (kind === "reminder") return `Still down ${durationText(facts.writtenAt - incident.openedAt)}`;
  if (kind !== "up") return null;
  return `${facts.includesDown ? "Was down, up" : "Up"} again${lateness(facts)}`;
}

/** ", 13 min late" for a missed run that came after all; else empty. */
function lateness({ incident, flip }: AlertFacts): string {
  const expectedAt = incident?.evidence.expectedAt ?? null;
  if (incident?.reason !== "missed" || flip === null || expectedAt === null || flip.at <= expectedAt)
    return "";
  return `, ${durationText(flip.at - expectedAt)} late`;
}

/**
 * A mail about an account, or to a subscriber of a status page. `reason` says why it was sent, for a reader who does not
 * expect it; `stop`: where to unsubscribe.
 */
export type AccountMail = {
  subject: string;
  /** Over the text; left out: the subject. */
  heading?: string;
  sentences: readonly string[];
  button: { label: string; url: string } | null;
  reason: string;
  stop?: { label: string; url: string };
};

const ACCOUNT_COLOUR = "#1864ab";

/** Renders HTML and plain text with the same content. It loads no pictures, so opening it cannot be tracked. */
export async function renderAccountMail(mail: AccountMail): Promise<RenderedEmail> {
  const { subject, heading = subject, sentences, button, reason, stop } = mail;
  const link = button === null ? [] : [`${button.label}:\n${button.url}`];
  const footer = [reason, ...(stop === undefined ? [] : [`${stop.label}: ${stop.url}`])];
  return {
    subject,
    html: await render(accountPage(mail)),
    text: [heading, ...sentences, ...link, `--\n${footer.join("\n")}`].join("\n\n"),
  };
}

function accountPage(mail: AccountMail): ReactElement {
  const { subject, heading = subject, sentences, button, reason, stop } = mail;
  return layout.mailPage(
    { preview: sentences[0] ?? subject, colour: ACCOUNT_COLOUR },
    h(Heading, { as: "h1", style: layout.title }, heading),
    ...sentences.map((sentence, index) => h(Text, { key: index, style: layout.paragraph }, sentence)),
    button && h(Link, { href: button.url, className: "button", style: layout.button }, button.label),
    h(Hr, { className: "rule", style: layout.rule }),
    h(Text, { className: "muted", style: layout.small }, reason),
    stop && h(Text, { className: "muted", style: layout.small }, h(Link, { href: stop.url }, stop.label)),
  );
}
