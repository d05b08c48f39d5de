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

import * as look from "./look.ts";
import type { RenderedEmail } from "./render.ts";

/** A mail about an account. `reason`: why it came, for somebody who does not expect it. */
export type AccountMail = {
  subject: string;
  sentences: readonly string[];
  button: { label: string; url: string } | null;
  reason: string;
};

const COLOUR = "#1864ab";

/** HTML and plain text that say the same; no sign of who opens it, no picture, nothing to unsubscribe from. */
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
  const card = { className: "card", style: look.card(COLOUR) };
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
    h(Preview, null, sentences[0] ?? subject),
    h(
      Body,
      { className: "body", style: look.body },
      h(
        Container,
        card,
        h(Heading, { as: "h1", style: look.title }, subject),
        ...sentences.map((sentence) => h(Text, { key: sentence, style: look.paragraph }, sentence)),
        button && h(Link, { href: button.url, className: "button", style: look.button }, button.label),
        h(Hr, { className: "rule", style: look.rule }),
        h(Text, { className: "quiet", style: look.small }, reason),
      ),
    ),
  );
}
