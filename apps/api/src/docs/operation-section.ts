import { html } from "hono/html";

import type { Operation, Schema } from "./document.ts";
import { fieldRows, typeOf } from "./schema-text.ts";

type Html = ReturnType<typeof html>;
export type Listed = { method: string; path: string; operation: Operation };

/** The anchor of a route on the page. */
export function anchorOf({ method, path }: Listed): string {
  return `${method}${path.replaceAll(/[^\w]+/g, "-")}`;
}

/** One route: what it does, who may call it, what it takes and what it answers. */
export function operationSection(listed: Listed): Html {
  const { method, path, operation } = listed;
  return html`<article id="${anchorOf(listed)}">
    <h3>${operation.summary}</h3>
    <p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <code>${path}</code></p>
    ${operation.description === undefined ? "" : html`<p>${operation.description}</p>`}
    <p class="access">${accessOf(operation)}</p>
    ${parametersOf(operation)} ${bodyOf(operation)} ${answersOf(operation)}
  </article>`;
}

function accessOf({ "x-access": access }: Operation): string {
  if (access === undefined || access.auth === "public") return "Anyone may call it.";
  if (access.auth === "ping") return "Whoever knows the address may call it.";
  const { role, key } = access;
  if (access.auth === "healthchecks") return `For a key that may ${key === "write" ? "write" : "read"}.`;
  const person = role === undefined ? "For whoever is signed in" : `For members from ${role} on`;
  return key === null ? `${person}; for no key.` : `${person}, and for keys with the scope ${key}.`;
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

function answersOf({ responses }: Operation): Html {
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
  return table("Answers", rows);
}

/** Fields of an answer that has no name of its own, such as a page of a list. */
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
