import { html } from "hono/html";

import type { Schema } from "./openapi-document.ts";

type Html = ReturnType<typeof html>;

/** The type of a field in a few words, with a link if it has a name. */
export function typeOf(schema: Schema): Html {
  const name = schema.$ref?.split("/").at(-1);
  if (name !== undefined) return html`<a href="#schema-${name}">${name}</a>`;
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices !== undefined) return joinParts(choices.map(typeOf), " or ");
  if (schema.allOf !== undefined) return joinParts(schema.allOf.map(typeOf), " and ");
  if (schema.enum !== undefined) return joinParts(schema.enum.map(valueOf), " or ");
  if (schema.const !== undefined) return valueOf(schema.const);
  if (schema.items !== undefined) return html`list of ${typeOf(schema.items)}`;
  return html`${[schema.type ?? "anything"].flat().join(" or ")}${limitsOf(schema)}`;
}

/** The rows of a table: an object's fields, and the fields of nested objects. */
export function fieldRows(schema: Schema, prefix = ""): Html[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const isRequired = schema.required?.includes(name) ?? false;
    return [fieldRow(path, field, isRequired), ...innerRows(path, field)];
  });
}

function fieldRow(path: string, field: Schema, isRequired: boolean): Html {
  return html`<tr>
    <th scope="row"><code>${path}</code>${isRequired ? "" : html` <small>optional</small>`}</th>
    <td>
      ${typeOf(field)}${field.description === undefined ? "" : html`<p>${field.description}</p>`}${exampleOf(field)}
    </td>
  </tr>`;
}

function innerRows(path: string, field: Schema): Html[] {
  const objects = [field, field.items, ...(field.oneOf ?? []), ...(field.anyOf ?? [])];
  return objects.flatMap((inner) => {
    if (inner?.properties === undefined) return [];
    return fieldRows(inner, inner === field.items ? `${path}[].` : `${path}.`);
  });
}

function limitsOf(schema: Schema): string {
  const { format, minimum, maximum, minLength, maxLength } = schema;
  const limits = [
    format,
    minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : `from ${minimum}`,
    maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : `to ${maximum}`,
    minLength === undefined ? undefined : `at least ${minLength} characters`,
    maxLength === undefined ? undefined : `at most ${maxLength} characters`,
  ].filter((limit) => limit !== undefined);
  return limits.length === 0 ? "" : ` (${limits.join(", ")})`;
}

function exampleOf({ example }: Schema): Html | string {
  return example === undefined ? "" : html`<p>Such as ${valueOf(example)}</p>`;
}

function valueOf(value: unknown): Html {
  return html`<code>${JSON.stringify(value)}</code>`;
}

function joinParts(parts: Html[], between: string): Html {
  return html`${parts.map((part, i) => (i === 0 ? part : html`${between}${part}`))}`;
}
