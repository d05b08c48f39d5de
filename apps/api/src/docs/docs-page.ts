import { html } from "hono/html";

import { problemStatuses } from "../http/problem.ts";
import type { Document } from "./document.ts";
import { GUIDE, PROBLEM_MEANINGS } from "./guide.ts";
import { anchorOf, type Listed, operationSection } from "./operation-section.ts";
import { fieldRows, typeOf } from "./schema-text.ts";

type Html = ReturnType<typeof html>;

/** The API's documentation as one page: made from the document that programs read, without a script. */
export function docsPage(document: Document): Html {
  const sections = sectionsOf(document);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title} API</title>
        <link rel="stylesheet" href="/docs.css" />
      </head>
      <body>
        <header>
          <h1>${document.info.title} API</h1>
          <p>
            Version ${document.info.version}, for programs at
            <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1).
          </p>
        </header>
        <nav aria-label="Routes">${navigation(sections)}</nav>
        <main>
          ${guide()} ${problems()}
          ${sections.map(
            ({ name, description, routes }) =>
              html`<section id="tag-${name}">
                <h2>${name}</h2>
                <p>${description}</p>
                ${routes.map(operationSection)}
              </section>`,
          )}
          ${schemas(document)}
        </main>
      </body>
    </html>`;
}

type Section = { name: string; description: string; routes: Listed[] };

function sectionsOf({ paths, tags }: Document): Section[] {
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
  );
  const named = new Set(tags.map(({ name }) => name));
  const others = new Set(
    routes.flatMap(({ operation }) => operation.tags).filter((name) => !named.has(name)),
  );
  const all = [...tags, ...[...others].map((name) => ({ name, description: "" }))];
  return all.map((tag) => ({
    ...tag,
    routes: routes.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
}

function navigation(sections: Section[]): Html {
  const groups = sections.map(
    ({ name, routes }) =>
      html`<details>
        <summary>${name}</summary>
        <ul>
          ${routes.map((route) => html`<li><a href="#${anchorOf(route)}">${route.operation.summary}</a></li>`)}
        </ul>
      </details>`,
  );
  return html`<p><a href="#guide">For every route</a></p>
    <p><a href="#problems">Problem codes</a></p>
    ${groups}
    <p><a href="#schemas">Schemas</a></p>`;
}

function guide(): Html {
  return html`<section id="guide">
    <h2>For every route</h2>
    ${GUIDE.map(
      ({ title, text }) =>
        html`<h3>${title}</h3>
          <p>${text}</p>`,
    )}
  </section>`;
}

function problems(): Html {
  const rows = problemStatuses().map(
    ([code, status]) =>
      html`<tr>
        <th scope="row"><code>${code}</code></th>
        <td><code>${status}</code></td>
        <td>${PROBLEM_MEANINGS[code]}</td>
      </tr>`,
  );
  return html`<section id="problems">
    <h2>Problem codes</h2>
    <div class="scroll">
      <table>
        ${rows}
      </table>
    </div>
  </section>`;
}

function schemas({ components }: Document): Html {
  const named = Object.entries(components.schemas).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return html`<section id="schemas">
    <h2>Schemas</h2>
    ${named.map(([name, schema]) => {
      const rows = fieldRows(schema);
      return html`<article id="schema-${name}">
        <h3>${name}</h3>
        ${schema.description === undefined ? "" : html`<p>${schema.description}</p>`}
        ${
          rows.length > 0
            ? html`<div class="scroll">
                <table>
                  ${rows}
                </table>
              </div>`
            : html`<p>${typeOf(schema)}</p>`
        }
      </article>`;
    })}
  </section>`;
}
