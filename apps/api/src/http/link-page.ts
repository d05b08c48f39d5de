import { randomBytes } from "node:crypto";

import { html } from "hono/html";

import type { AppContext } from "./context.ts";

/** One of the few pages outside the app: a headline, sentences, and a button if there is something to do. */
export type LinkPage = {
  status: 200 | 404 | 410;
  title: string;
  sentences: readonly string[];
  button: string | null;
  /** The URL of the check's page, if it is known. */
  address: string | null;
};

/** Sends the page. Its content security policy allows nothing but to post the form to the same page. */
export function showPage(c: AppContext, page: LinkPage): Response | Promise<Response> {
  const nonce = randomBytes(16).toString("base64");
  c.header(
    "content-security-policy",
    `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  );
  c.header("x-robots-tag", "noindex");
  return c.html(linkPage(page, nonce), page.status);
}

/** A page that reads well on a phone; every text in it is escaped. */
function linkPage({ title, sentences, button, address }: LinkPage, nonce: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Overdue</title>
        <style nonce="${nonce}">
          :root {
            color-scheme: light dark;
          }
          body {
            font:
              18px/1.5 system-ui,
              sans-serif;
            margin: 0 auto;
            max-width: 34rem;
            padding: 2rem 1.25rem;
            overflow-wrap: anywhere;
          }
          h1 {
            font-size: 1.4rem;
            line-height: 1.3;
          }
          button {
            background: #1864ab;
            border: 0;
            border-radius: 0.5rem;
            color: #fff;
            font: inherit;
            font-weight: 600;
            padding: 0.9rem 1.5rem;
            width: 100%;
          }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
          ${button === null ? "" : html`<form method="post"><button type="submit">${button}</button></form>`}
          ${address === null ? "" : html`<p><a href="${address}">Open in Overdue</a></p>`}
        </main>
      </body>
    </html>`;
}
