import { z } from "zod";

import { FaceError } from "./face-error.ts";
import type { FaceContext } from "./face-env.ts";

/** What may stand in the place of a parameter; anything else is another path. */
const KINDS: Record<string, { pattern: string; schema: z.ZodType }> = {
  version: { pattern: "v[123]", schema: z.enum(["v1", "v2", "v3"]) },
  uuid: { pattern: [8, 4, 4, 4, 12].map((count) => "[0-9a-f]".repeat(count)).join("-"), schema: z.uuid() },
  uniqueKey: { pattern: "[0-9A-Za-z]".repeat(40), schema: z.string().length(40) },
  number: { pattern: "[0-9]+", schema: z.string().regex(/^[0-9]+$/) },
};
const PARAMETER = /\{(\w+)(?::(\w+))?\}/g;

/** The path as the router has it. */
export function routerPath(path: string): string {
  return path.replaceAll(PARAMETER, (_, name: string, kind: string = name) => {
    const pattern = KINDS[kind]?.pattern;
    return pattern === undefined ? `:${name}` : `:${name}{${pattern}}`;
  });
}

/** The path as the document has it. */
export function documentPath(path: string): string {
  return path.replaceAll(PARAMETER, "{$1}");
}

/** What fits the path, and nothing else. */
export function pathPattern(path: string): RegExp {
  const source = path.replaceAll(
    PARAMETER,
    (_, name: string, kind: string = name) => KINDS[kind]?.pattern ?? "[^/]+",
  );
  return new RegExp(`^${source}$`);
}

/** The parameters, for the document. */
export function pathParameters(path: string): z.ZodObject {
  const names = [...path.matchAll(PARAMETER)].map(([, name = ""]) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, KINDS[name]?.schema ?? z.string()])));
}

/** The parameter of that name. @throws FaceError 404 where it is not quite of that kind. */
export function parameter(c: FaceContext, name: string, kind: string): string {
  const text = c.req.param(name) ?? "";
  if (KINDS[kind]?.schema.safeParse(text).success !== true) throw new FaceError(404);
  return text;
}
