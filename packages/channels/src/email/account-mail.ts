import { Heading, Hr, Link, render, Text } from "@react-email/components";
import { createElement as h, type ReactElement } from "react";

import * as layout from "./layout.ts";
import type { RenderedEmail } from "./render.ts";

/** A mail about an account. `reason` says why it was sent, for a reader who does not expect it. */
export type AccountMail = {
  subject: string;
  sentences: readonly string[];
  button: { label: string; url: string } | null;
  reason: string;
};

const COLOUR = "#1864ab";

/** Renders HTML and plain text with the same content. It has no pictures, so nobody learns that it was opened. */
export async function renderAccountMail(mail: AccountMail): Promise<RenderedEmail> {
  const { subject, sentences, button, reason } = mail;
  const link = button === null ? [] : [`${button.label}:\n${button.url}`];
  return {
    subject,
    html: await render(page(mail)),
    text: [subject, ...sentences, ...link, `--\n${reason}`].join("\n\n"),
  };
}

function page({ subject, sentences, button, reason }: AccountMail): ReactElement {
  return layout.mailPage(
    { preview: sentences[0] ?? subject, colour: COLOUR },
    h(Heading, { as: "h1", style: layout.title }, subject),
    ...sentences.map((sentence) => h(Text, { key: sentence, style: layout.paragraph }, sentence)),
    button && h(Link, { href: button.url, className: "button", style: layout.button }, button.label),
    h(Hr, { className: "rule", style: layout.rule }),
    h(Text, { className: "muted", style: layout.small }, reason),
  );
}
