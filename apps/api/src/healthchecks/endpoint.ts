import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";

import { answering, type FaceAccess, faceGuard } from "./face-guard.ts";
import { FaceError } from "./face-error.ts";
import type { FaceContext, FaceEnv } from "./face-env.ts";

type Method = {
  access: FaceAccess;
  summary: string;
  answer: (c: FaceContext) => Promise<Response>;
  /** Statuses of success, for the document. */
  successes?: readonly number[];
};

/** One path with all its methods; each other method is 405, OPTIONS is 204. */
export type Endpoint = {
  /** As the document has it: `/api/{version}/checks/`. */
  path: string;
  /** Whether pages of other origins may call it. */
  cors: boolean;
  methods: Partial<Record<"GET" | "POST" | "DELETE", Method>>;
};

/** What may stand in the place of each parameter; anything else is another path. */
const PARAMETERS: Record<string, { pattern: string; schema: z.ZodType }> = {
  version: { pattern: "v[123]", schema: z.enum(["v1", "v2", "v3"]) },
  uuid: { pattern: "[0-9a-f]+-[0-9a-f-]+", schema: z.uuid() },
  uniqueKey: { pattern: "[0-9A-Za-z]+", schema: z.string().length(40) },
  number: { pattern: "[0-9]+", schema: z.coerce.number().int() },
  states: { pattern: "[0-9]+", schema: z.coerce.number().int() },
};

/** Serves an endpoint and writes it into the document. */
export function serve(router: OpenAPIHono<FaceEnv>, endpoint: Endpoint): void {
  const path = pathOf(endpoint.path);
  const headers = endpoint.cors ? corsHeaders(endpoint) : {};
  for (const [name, method] of Object.entries(endpoint.methods)) {
    router.on(name, path, faceGuard(method.access, headers), (c) => answering(() => method.answer(c)));
    document(router, endpoint.path, { name, method });
  }
  router.all(path, faceGuard({ auth: "public" }, headers), (c) =>
    Promise.resolve(new Response(null, { status: c.req.method === "OPTIONS" ? 204 : 405 })),
  );
  if (path.endsWith("/")) redirectTo(router, path);
}

/** The parameter of that name. @throws FaceError 404 where it has not quite the form. */
export function parameter(c: FaceContext, name: string): string {
  const text = c.req.param(name) ?? "";
  const fits = PARAMETERS[name]?.schema.safeParse(text).success ?? true;
  if (!fits) throw new FaceError(404);
  return text;
}

function redirectTo(router: OpenAPIHono<FaceEnv>, path: string): void {
  router.all(path.slice(0, -1), faceGuard({ auth: "public" }, {}), (c) => {
    const url = new URL(c.req.url);
    return Promise.resolve(c.redirect(`${url.pathname}/${url.search}`, 301));
  });
}

function pathOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const pattern = PARAMETERS[name]?.pattern;
    return pattern === undefined ? `:${name}` : `:${name}{${pattern}}`;
  });
}

function corsHeaders({ methods }: Endpoint): Record<string, string> {
  return {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "X-Api-Key",
    "access-control-allow-methods": [...Object.keys(methods), "OPTIONS"].join(", "),
    "access-control-max-age": "600",
  };
}

function document(
  router: OpenAPIHono<FaceEnv>,
  path: string,
  { name, method }: { name: string; method: Method },
): void {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = ""]) => parameter);
  const params = z.object(
    Object.fromEntries(names.map((parameter) => [parameter, PARAMETERS[parameter]?.schema ?? z.string()])),
  );
  const successes = (method.successes ?? [200]).map((status) => [
    status,
    { description: "As Healthchecks answers." },
  ]);
  router.openAPIRegistry.registerPath({
    method: name === "GET" ? "get" : name === "POST" ? "post" : "delete",
    path,
    summary: method.summary,
    tags: ["Healthchecks"],
    "x-access": method.access,
    security: method.access.auth === "healthchecks" ? [{ apiKey: [] }] : [],
    ...(names.length > 0 && { request: { params } }),
    responses: { ...Object.fromEntries(successes), default: { description: "As Healthchecks refuses." } },
  });
}
