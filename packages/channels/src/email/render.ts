import { Heading, Hr, Link, render, Text } from "@react-email/components";
import { createElement as h, type ReactElement } from "react";

import type { AlertLine, AlertMessage, AlertSection } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { alertLook } from "../message/parts.ts";
import * as layout from "./layout.ts";
import { alertSubject } from "./subject.ts";

export { type AccountMail, renderAccountMail } from "./account-mail.ts";

/** An entry of the package by itself, because the web app imports the other one and needs no renderer of mails. */

export type RenderedEmail = { subject: string; html: string; text: string };

/**
 * Renders an alert as HTML and plain text with the same content. `stopUrl`: where the reader ends such mails. React
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
    lineTable(message.lines, { key: "lines", style: layout.label, className: "muted" }),
    ...(message.sections ?? []).flatMap(section),
    ...(message.output === null
      ? []
      : [h("pre", { key: "output", className: "output", style: layout.output }, message.output)]),
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

/** The page of each action asks before it acts, because virus scanners open every link in a mail. */
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

/** Why the mail was sent, or where that is set. */
function whySent({ kind, facts }: AlertMessage): string {
  if (kind === "confirm") return ", since somebody typed this address there.";
  if (kind === "report") return ". How often such a report comes is set on the project's settings page.";
  const isOfOne = facts.check !== null && !facts.group;
  return isOfOne
    ? ". Who gets notified about this check is set on its page."
    : ". Who gets notified is set on the project's pages of channels and routes.";
}

function stopLabel({ kind }: AlertMessage): string {
  return kind === "report" ? "No more reports of this project" : "No more mails to this address";
}
