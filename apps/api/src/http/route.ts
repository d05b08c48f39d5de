import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { z } from "zod";

import type { Access } from "./access.ts";
import { auditAction, audit } from "./audit.ts";
import type { AppEnv } from "./context.ts";
import { deprecatedFields } from "./deprecated-names.ts";
import { guard } from "./guard.ts";
import { readFile, readJson } from "./json-body.ts";
import { onInvalid } from "./on-error.ts";
import { IdempotencyHeader, idempotent } from "./idempotency.ts";
import { Problem } from "./problem.ts";

/** A router whose invalid input is answered like everybody's, mounted or alone. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({ defaultHook: (result) => onInvalid(result) });
}

/**
 * The only way to make a route: who may call it, then its path and schemas. Errors are documented by themselves; what
 * creates something (201) honours Idempotency-Key; what changes something in a project leaves an audit entry.
 */
export function route<P extends string, R extends Omit<RouteConfig, "path"> & { path: P }>(
  access: Exclude<Access, { auth: "healthchecks" }>,
  config: R,
) {
  const complete: R = {
    ...config,
    "x-access": access,
    security: SECURITY[access.auth],
    responses: { ...config.responses, ...problemResponses(access, config) },
    ...(isCreation(config) && { request: { ...config.request, headers: IdempotencyHeader } }),
    middleware: routeMiddleware(access, config),
  };
  return createRoute(complete);
}

function isCreation({ method, responses }: RouteConfig): boolean {
  return method === "post" && "201" in responses;
}

function routeMiddleware(access: Exclude<Access, { auth: "healthchecks" }>, config: RouteConfig) {
  const action = auditAction(config);
  const oldNames = deprecatedFields(config);
  return [
    guard(access),
    ...(config.request?.body ? [acceptsYaml(config) ? readFile : readJson] : []),
    ...(oldNames === null ? [] : [oldNames]),
    ...(isCreation(config) ? [idempotent] : []),
    ...(action === null ? [] : [audit(action)]),
  ];
}

function acceptsYaml({ request }: RouteConfig): boolean {
  return request?.body !== undefined && "application/yaml" in request.body.content;
}

/** A JSON answer of this shape. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON body of this shape. */
export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { "application/json": { schema } } };
}

/** An answer without a body. */
export const NO_CONTENT = { description: "Done." };

const SECURITY = {
  public: [],
  "self-checked": [],
  "signed-in": [{ session: [] }, { apiKey: [] }, { bearer: [] }],
  project: [{ session: [] }, { apiKey: [] }, { bearer: [] }],
};

function problemResponses(access: Access, config: RouteConfig) {
  const needsActor = access.auth === "signed-in" || access.auth === "project";
  return {
    ...((config.request?.body || config.request?.query) && {
      400: problemResponse("The request is malformed or invalid."),
    }),
    ...(needsActor && { 401: problemResponse("Nobody is signed in, or the key is unknown.") }),
    ...(needsActor && { 403: problemResponse("The role or the key's scope does not suffice.") }),
    ...(config.path.includes("{") && { 404: problemResponse("There is no such object in this project.") }),
    ...(isCreation(config) && {
      409: problemResponse("The first request with this Idempotency-Key is at work."),
    }),
    ...(config.request?.body && { 413: problemResponse("The body is too large.") }),
    ...(config.method === "patch" && {
      412: problemResponse("Somebody else edited it since; nothing is written."),
    }),
    ...(config.request?.body && { 415: problemResponse("The body is not JSON.") }),
    ...(isCreation(config) && {
      422: problemResponse("This Idempotency-Key came with another body before."),
    }),
    ...(!("uncounted" in access) && {
      429: problemResponse("Too many requests; Retry-After says when to come back."),
    }),
    default: problemResponse("Any other problem."),
  };
}

function problemResponse(description: string) {
  return { description, content: { "application/problem+json": { schema: Problem } } };
}
