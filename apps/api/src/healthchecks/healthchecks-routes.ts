import { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";

import { badgeEndpoints } from "./badge-endpoints.ts";
import { channelEndpoints, checkEndpoints } from "./check-endpoints.ts";
import {
  documentPath,
  type Endpoint,
  type HealthchecksContext,
  type HealthchecksEnv,
  type Method,
  pathParameters,
  pathPattern,
  routerPath,
} from "./endpoint.ts";
import { healthchecksGuard, publicGuard, withHealthchecksErrors } from "./guard.ts";
import { historyEndpoints } from "./history-endpoints.ts";
import { metricsEndpoints, statusEndpoints } from "./metrics-endpoints.ts";
import { Refusal } from "./shapes.ts";

const BODY = {
  description: "The fields that Healthchecks documents, or nothing.",
  content: { "application/json": { schema: z.record(z.string(), z.unknown()) } },
};

type Router = OpenAPIHono<HealthchecksEnv>;

/** Serves endpoints and adds them to the OpenAPI document. */
function serveEndpoints(router: Router, endpoints: readonly Endpoint[]): void {
  const documented = new Set<string>();
  for (const { path, cors, methods } of endpoints) {
    const headers = cors ? corsHeaders(methods) : {};
    for (const [name, method] of Object.entries(methods)) {
      for (const form of [path, withOtherEnd(path)]) {
        router.on(name, routerPath(form), healthchecksGuard(method.access, headers), (c) =>
          withHealthchecksErrors(() => method.answer(c)),
        );
      }
      const id = `${name} ${documentPath(path)}`;
      if (!documented.has(id)) document(router, path, { name, method });
      documented.add(id);
    }
  }
}

/** The same path with or without the slash at its end. Both are served, since a redirect makes some clients' POST a GET. */
function withOtherEnd(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : `${path}/`;
}

/** Serves OPTIONS, and the methods that an endpoint does not have, under these paths. */
function serveOtherMethods(router: Router, paths: readonly string[], endpoints: readonly Endpoint[]): void {
  const known = endpoints.map(({ path, cors, methods }) => ({
    endsInSlash: path.endsWith("/"),
    patterns: [pathPattern(path), pathPattern(withOtherEnd(path))],
    headers: cors ? corsHeaders(methods) : {},
  }));
  for (const path of paths) {
    router.all(path, publicGuard, async (c, next) => {
      const endpoint = known.find(({ patterns }) => patterns.some((pattern) => pattern.test(c.req.path)));
      if (endpoint !== undefined) return otherMethod(c, endpoint);
      if (c.req.path.startsWith("/api/")) return new Response(null, { status: 404 });
      return await next();
    });
  }
}

function otherMethod(
  c: HealthchecksContext,
  { endsInSlash, headers }: { endsInSlash: boolean; headers: Record<string, string> },
): Response {
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers });
  const { pathname, search } = new URL(c.req.url);
  // Some clients POST to a list without its slash, and rely on Healthchecks' redirect, which makes it a GET.
  if (endsInSlash && !pathname.endsWith("/"))
    return new Response(null, { status: 301, headers: { ...headers, location: `${pathname}/${search}` } });
  return new Response(null, { status: 405, headers });
}

function corsHeaders(methods: Endpoint["methods"]): Record<string, string> {
  return {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "X-Api-Key",
    "access-control-allow-methods": [...Object.keys(methods), "OPTIONS"].join(", "),
    "access-control-max-age": "600",
  };
}

function successes({ success: { content, statuses = [200] } }: Method) {
  const documented = Object.entries(content).map(([type, schema]) => [type, { schema }]);
  const answer = { description: "As Healthchecks answers.", content: Object.fromEntries(documented) };
  return Object.fromEntries(statuses.map((status) => [status, answer]));
}

function refusals({ access }: Method) {
  const problem = (description: string) => ({
    description,
    content: { "application/json": { schema: Refusal } },
  });
  const bare = (description: string) => ({ description });
  return {
    ...(access.auth === "public" && { 403: bare("The key is missing or wrong.") }),
    ...(access.auth === "healthchecks" && FORBIDDEN[access.key === "read-only" ? "read-only" : "key"]),
    404: bare("There is no such object."),
    409: {
      description: "The check is not paused.",
      content: { "text/plain": { schema: z.literal("check is not paused") } },
    },
    429: problem("Too many requests; Retry-After says when to try again."),
    default: problem("As in Healthchecks: a sentence, or the status alone."),
  };
}

/** The responses to a missing or wrong key. Prometheus needs only a status. */
const FORBIDDEN = {
  "read-only": {
    400: { description: "This cannot be a key." },
    401: { description: "No key was sent." },
    403: { description: "The key is not a read-only key." },
  },
  key: {
    401: {
      description: "The key is missing or wrong.",
      content: { "application/json": { schema: Refusal } },
    },
    403: {
      description: "The check belongs to another project, or the project has no room for another check.",
    },
  },
};

function document(router: Router, path: string, { name, method }: { name: string; method: Method }): void {
  const params = pathParameters(path);
  router.openAPIRegistry.registerPath({
    method: name === "GET" ? "get" : name === "POST" ? "post" : "delete",
    path: documentPath(path),
    summary: method.summary,
    tags: ["Healthchecks"],
    "x-access": method.access,
    security: method.access.auth === "healthchecks" ? [{ apiKey: [] }] : [],
    request: {
      ...(Object.keys(params.shape).length > 0 && { params }),
      ...(name === "POST" && { body: BODY }),
    },
    responses: { ...successes(method), ...refusals(method) },
  });
}

const PREFIXES = [
  "/api/:version{v[123]}/*",
  "/badge/*",
  "/b/*",
  "/projects/:project/metrics/*",
  "/projects/:project/checks/metrics/*",
];

/** The routes that Healthchecks' clients call, apart from pings: its management API, badges and metrics. */
export const healthchecksRoutes = healthchecksRouter();

function healthchecksRouter(): OpenAPIHono<HealthchecksEnv> {
  const router = new OpenAPIHono<HealthchecksEnv>();
  const endpoints = [
    checkEndpoints,
    historyEndpoints,
    channelEndpoints,
    badgeEndpoints,
    metricsEndpoints,
    statusEndpoints,
  ].flat();
  serveEndpoints(router, endpoints);
  serveOtherMethods(router, PREFIXES, endpoints);
  return router;
}
