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
  Section,
  Text,
} from "@react-email/components";
import { createElement as h, type CSSProperties, type ReactElement } from "react";

import type { AlertLine, AlertMessage } from "../message/alert.ts";
import { plainText } from "../message/compose.ts";
import { oneLine } from "../message/text.ts";
import { lookOf } from "../message/look.ts";

/** Kept away from the package's main door: the web app has no use for a mail renderer. */

export type RenderedEmail = { subject: string; html: string; text: string };

const SUBJECT_CHARS = 180;
const FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif";

/** An alert as a mail: HTML and plain text that say the same. `stop`: where its reader ends such mails. React escapes what a person or a job typed. */
export async function renderEmail(message: AlertMessage, stop: string): Promise<RenderedEmail> {
  return {
    subject: oneLine(subjectOf(message), SUBJECT_CHARS),
    html: await render(page(message, stop)),
    text: [
      plainText(message),
      ...(message.actions ?? []).map(({ label, url }) => `${label}: ${url}`),
      `No more mails to this address: ${stop}`,
    ].join("\n\n"),
  };
}

function subjectOf(message: AlertMessage): string {
  return message.repeat === null ? message.title : `${message.title} (${message.repeat})`;
}

function page(message: AlertMessage, stop: string): ReactElement {
  return h(
    Html,
    { lang: "en" },
    h(Head),
    h(Preview, null, message.sentence),
    h(
      Body,
      { style: { backgroundColor: "#f1f3f5", fontFamily: FONT, margin: 0, padding: "24px 0" } },
      h(Container, { style: card(message) }, ...content(message, stop)),
    ),
  );
}

function content(message: AlertMessage, stop: string): ReactElement[] {
  return [
    h(Heading, { as: "h1", key: "title", style: { fontSize: 20, margin: "0 0 12px" } }, message.title),
    h(Text, { key: "sentence", style: paragraph }, message.sentence),
    h(Section, { key: "lines" }, ...message.lines.map(lineRow)),
    ...(message.output === null ? [] : [h("pre", { key: "output", style: outputStyle }, message.output)]),
    h(Text, { key: "link", style: paragraph }, h(Link, { href: message.link }, "Open in Overdue")),
    ...actionLines(message),
    h(Hr, { key: "rule" }),
    h(Text, { key: "foot", style: small }, footOf(message)),
    h(Text, { key: "stop", style: small }, h(Link, { href: stop }, "No more mails to this address")),
  ];
}

/** Each asks before it acts: scanners of mail open every link. */
function actionLines({ actions = [] }: AlertMessage): ReactElement[] {
  return actions.map(({ act, label, url }) =>
    h(Text, { key: act, style: { ...paragraph, margin: "0 0 4px" } }, h(Link, { href: url }, label)),
  );
}

function lineRow({ label, value }: AlertLine): ReactElement {
  return h(
    Text,
    { key: label, style: { ...paragraph, margin: "0 0 4px" } },
    h("strong", null, `${label}: `),
    value,
  );
}

function footOf(message: AlertMessage): string {
  const sent = "Sent by Overdue. Who hears of this check is set on its page.";
  return message.repeat === null ? sent : `${sent} This message ${message.repeat}.`;
}

const paragraph: CSSProperties = { fontSize: 14, lineHeight: "20px", margin: "0 0 12px", color: "#212529" };
const small: CSSProperties = { ...paragraph, fontSize: 12, color: "#868e96" };
const outputStyle: CSSProperties = {
  backgroundColor: "#212529",
  color: "#f8f9fa",
  borderRadius: 4,
  fontSize: 12,
  padding: 12,
  whiteSpace: "pre-wrap",
  wordBreak: "break-word",
};

function card(message: AlertMessage): CSSProperties {
  return {
    backgroundColor: "#ffffff",
    borderTop: `4px solid ${lookOf(message).colour}`,
    borderRadius: 4,
    maxWidth: 600,
    padding: 24,
  };
}
