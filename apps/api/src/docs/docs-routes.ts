import { readFileSync } from "node:fs";
import { html } from "hono/html";
import { guard } from "../http/guard.ts";
import { problemStatuses } from "../http/problem.ts";
import { createRouter } from "../http/route.ts";
import { GUIDE, PROBLEM_MEANINGS } from "./guide.ts";
import type { Document, Operation, Schema } from "./openapi-document.ts";
import { fieldRows, typeOf } from "./schema-html.ts";

const STYLE = readFileSync(new URL("docs.css", import.meta.url), "utf8");
// The page has its own style sheet, and no script.
const POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PUBLIC = { auth: "public", isRateLimitExempt: true } as const;

/** `GET /docs`: the document as a page to read. It is generated once, at the first call. */
export function docsRoutes(document: () => Document) {
  let made: ReturnType<typeof docsPage> | undefined;
  return createRouter()
    .get("/docs", guard(PUBLIC), async (c) => {
      made ??= docsPage(document());
      c.header("content-security-policy", POLICY);
      return c.html(await made);
    })
    .get("/docs.css", guard(PUBLIC), (c) => {
      c.header("cache-control", "no-cache");
      return c.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" });
    });
}

type Html = ReturnType<typeof html>;
type ListedRoute = { method: string; path: string; operation: Operation };

/** The anchor of a route on the page. */
function anchorOf({ method, path }: ListedRoute): string {
  return `${method}${path.replaceAll(/[^\w]+/g, "-")}`;
}

/** One route: what it does, who may call it, what it takes and how it responds. */
function operationSection(listed: ListedRoute): Html {
  const { method, path, operation } = listed;
  return html`<article id="${anchorOf(listed)}">
    <h3>${operation.summary}</h3>
    <p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
    ${operation.description === undefined ? "" : html`<p>${operation.description}</p>`}
    <p class="access">${accessOf(operation)}</p>
    ${parametersOf(operation)} ${bodyOf(operation)} ${responsesOf(operation)}
  </article>`;
}

function accessOf({ "x-access": access }: Operation): string {
  if (access === undefined || access.auth === "public") return "Anyone may call it.";
  if (access.auth === "self-checked") return "Anyone who knows the address may call it.";
  const { role, key } = access;
  if (access.auth === "healthchecks") return `For a key that may ${key === "write" ? "write" : "read"}.`;
  const person =
    role === undefined
      ? "For everyone who is signed in"
      : role === "owner"
        ? "For people with the role owner"
        : `For people with the role ${role} or higher`;
  return key === null ? `${person}; not for API keys.` : `${person}, and for keys with the scope ${key}.`;
}

function parametersOf({ parameters = [] }: Operation): Html | string {
  if (parameters.length === 0) return "";
  const rows = parameters.map(
    ({ name, in: where, required, description, schema }) =>
      html`<tr>
        <th scope="row">
          <code>${name}</code> <small>${where}${required === true ? "" : ", optional"}</small>
        </th>
        <td>
          ${schema === undefined ? "" : typeOf(schema)}${description === undefined ? "" : html`<p>${description}</p>`}
        </td>
      </tr>`,
  );
  return table("Parameters", rows);
}

function bodyOf({ requestBody }: Operation): Html | string {
  const schema = requestBody?.content["application/json"]?.schema;
  return schema === undefined ? "" : shapeOf("Body", schema);
}

function responsesOf({ responses }: Operation): Html {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const schemas = Object.entries(content ?? {});
    return html`<tr>
      <th scope="row"><code>${status}</code></th>
      <td>
        <p>${description}</p>
        ${schemas.map(([type, { schema }]) => html`<p><small>${type}</small> ${schema === undefined ? "" : typeOf(schema)}</p>`)}
        ${schemas.map(([, { schema }]) => innerFields(schema))}
      </td>
    </tr>`;
  });
  return table("Responses", rows);
}

/** The fields of a response whose schema has no name, such as a page of a list. */
function innerFields(schema: Schema | undefined): Html | string {
  const rows = schema === undefined ? [] : fieldRows(schema);
  return rows.length === 0
    ? ""
    : html`<table>
        ${rows}
      </table>`;
}

function shapeOf(title: string, schema: Schema): Html {
  const rows = fieldRows(schema);
  return rows.length > 0
    ? table(title, rows)
    : html`<h4>${title}</h4>
        <p>${typeOf(schema)}</p>`;
}

function table(title: string, rows: Html[]): Html {
  return html`<h4>${title}</h4>
    <div class="scroll">
      <table>
        ${rows}
      </table>
    </div>`;
}

/** The API's documentation as one page without a script, generated from the document that programs read. */
function docsPage(document: Document): Html {
  const sections = toSections(document);
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

type Section = { name: string; description: string; routes: ListedRoute[] };

function toSections({ paths, tags }: Document): Section[] {
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
