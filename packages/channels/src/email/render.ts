import {
  Body,
  Container,
  Head,
  Heading,
  Hr,
  Html,
  Link,
  Preview,
  render,
  Text,
} from "@react-email/components";
import { createElement as h, type ReactElement } from "react";

import type { AlertLine, AlertMessage, AlertSection } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { lookOf } from "../message/look.ts";
import { subjectOf } from "../message/subject.ts";
import * as look from "./look.ts";

export { type AccountMail, renderAccountMail } from "./account-mail.ts";

/** Kept away from the package's main door: the web app has no use for a mail renderer. */

export type RenderedEmail = { subject: string; html: string; text: string };

/** An alert as a mail: HTML and plain text that say the same. `stop`: where its reader ends such mails. React escapes what a person or a job typed. */
export async function renderEmail(message: AlertMessage, stop: string): Promise<RenderedEmail> {
  return {
    subject: subjectOf(message),
    html: await render(page(message, stop)),
    text: [
      plainText(message),
      ...(message.actions ?? []).map(({ label, url }) => `${label}: ${url}`),
      `${stopWords(message)}: ${stop}`,
    ].join("\n\n"),
  };
}

function page(message: AlertMessage, stop: string): ReactElement {
  const card = { className: "card", style: look.card(lookOf(message).colour) };
  return h(
    Html,
    { lang: "en" },
    h(
      Head,
      null,
      h("meta", { name: "color-scheme", content: "light dark" }),
      h("meta", { name: "supported-color-schemes", content: "light dark" }),
      h("style", null, look.DARK),
    ),
    h(Preview, null, message.sentence || message.title),
    h(
      Body,
      { className: "body", style: look.body },
      h(Container, card, ...content(message), ...foot(message, stop)),
    ),
  );
}

function content(message: AlertMessage): ReactElement[] {
  return [
    h(Heading, { as: "h1", key: "title", style: look.title }, message.title),
    ...(message.sentence === ""
      ? []
      : [h(Text, { key: "sentence", style: look.paragraph }, message.sentence)]),
    lineTable(message.lines, { key: "lines", style: look.label, className: "quiet" }),
    ...(message.sections ?? []).flatMap(section),
    ...(message.output === null
      ? []
      : [h("pre", { key: "output", className: "output", style: look.output }, message.output)]),
    h("div", { key: "acts" }, ...buttons(message)),
  ];
}

function foot(message: AlertMessage, stop: string): ReactElement[] {
  const quiet = { className: "quiet", style: look.small };
  return [
    h(Hr, { key: "rule", className: "rule", style: look.rule }),
    h(Text, { key: "foot", ...quiet }, footOf(message)),
    h(Text, { key: "stop", ...quiet }, h(Link, { href: stop }, stopWords(message))),
  ];
}

/** Each act asks before it is done: scanners of mail open every link. */
function buttons({ kind, link, actions = [] }: AlertMessage): ReactElement[] {
  const open = { href: link, className: "button", style: look.button };
  return [
    h(Link, { key: "open", ...open }, kind === "confirm" ? "Yes, send alerts here" : "Open in Overdue"),
    ...actions.map(({ act, label, url }) =>
      h(Link, { key: act, href: url, className: "other", style: look.quietButton }, label),
    ),
  ];
}

function section({ title, lines, more }: AlertSection): ReactElement[] {
  const further = `and ${more} more`;
  return [
    h(Heading, { as: "h2", key: title, style: look.heading }, title),
    lineTable(lines, { key: `${title} lines`, style: look.name, className: "name" }),
    ...(more > 0 ? [h(Text, { key: `${title} more`, className: "quiet", style: look.small }, further)] : []),
  ];
}

type LabelLook = { key: string; style: typeof look.label; className: string };

function lineTable(lines: readonly AlertLine[], { key, ...labelled }: LabelLook): ReactElement {
  const rows = lines.map(({ label, value }, index) =>
    h("tr", { key: index }, h("td", labelled, label), h("td", { style: look.value }, value)),
  );
  const plain = { role: "presentation", cellPadding: 0, cellSpacing: 0, width: "100%" };
  return h("table", { key, style: look.table, ...plain }, h("tbody", null, ...rows));
}

function footOf(message: AlertMessage): string {
  const sent = `Sent by Overdue${whyWords(message)}`;
  return message.repeat === null ? sent : `${sent} This message ${message.repeat}.`;
}

/** Why it came, or where that is set. */
function whyWords({ kind, facts }: AlertMessage): string {
  if (kind === "confirm") return ", since somebody typed this address there.";
  if (kind === "report") return ". How often such a report comes is set on the project's settings page.";
  const isOfOne = facts.check !== null && !facts.group;
  return isOfOne
    ? ". Who hears of this check is set on its page."
    : ". Who hears of what is set on the project's pages of channels and routes.";
}

function stopWords({ kind }: AlertMessage): string {
  return kind === "report" ? "No more reports of this project" : "No more mails to this address";
}
