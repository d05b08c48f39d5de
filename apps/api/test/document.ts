import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import { read, type TestApi } from "./test-api.ts";

type Content = Record<string, { schema?: object }>;
type Answer = { content?: Content };
export type Operation = {
  summary: string;
  description?: string;
  deprecated?: boolean;
  parameters?: { name: string; in: string; description?: string }[];
  requestBody?: { content: Content };
  responses: Record<string, Answer>;
  security: unknown[];
  tags: string[];
};
export type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
};

export async function documentOf(api: TestApi): Promise<Document> {
  return await read<Document>(await api.call("GET", "/openapi.json"));
}

/** Every operation with its method in capitals and its path as the document has it. */
export function operationsIn(document: Document) {
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/**
 * Compares answers with the document: its status is named, its type too, and the body has every field that the schema
 * asks for and none that it does not name.
 */
export function comparerWith(document: Document) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schemas = closeObjects(document.components.schemas);
  const compiled = new Map<object, ValidateFunction>();
  const validatorOf = (schema: object) => {
    const known = compiled.get(schema);
    const made = known ?? ajv.compile({ ...(closeObjects(schema) as object), components: { schemas } });
    compiled.set(schema, made);
    return made;
  };
  return async (operation: Operation, response: Response): Promise<string[]> => {
    const described = operation.responses[response.status] ?? operation.responses["default"];
    if (described === undefined) return [`${response.status} is not in the document`];
    const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
    if (type === "") return described.content === undefined ? [] : ["it has no type"];
    const schema = described.content?.[type]?.schema;
    if (schema === undefined) return [`${type} is not in the document for ${response.status}`];
    if (!/[/+]json$/.test(type)) return [];
    const validate = validatorOf(schema);
    return validate(await response.clone().json()) ? [] : [ajv.errorsText(validate.errors)];
  };
}

/** Objects with named fields, and no others. */
function closeObjects(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closeObjects);
  if (typeof schema !== "object" || schema === null) return schema;
  const parts = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closeObjects(value)]));
  return "properties" in schema && !("additionalProperties" in schema)
    ? { ...parts, additionalProperties: false }
    : parts;
}
