import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import type { z } from "zod";

import type { Access } from "./access.ts";
import type { AppEnv } from "./context.ts";
import { guard } from "./guard.ts";
import { readJson } from "./json-body.ts";
import { onInvalid } from "./on-error.ts";
import { Problem } from "./problem.ts";

/** A router whose invalid input is answered like everybody's, mounted or alone. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({ defaultHook: (result) => onInvalid(result) });
}

/** The only way to make a route: who may call it, then its path and schemas. Errors are documented by themselves. */
export function route<P extends string, R extends Omit<RouteConfig, "path"> & { path: P }>(
  access: Exclude<Access, { auth: "healthchecks" }>,
  config: R,
) {
  const complete: R = {
    ...config,
    "x-access": access,
    security: SECURITY[access.auth],
    responses: { ...config.responses, ...problems(access, config) },
    middleware: config.request?.body ? [guard(access), readJson] : [guard(access)],
  };
  return createRoute(complete);
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
  ping: [],
  "signed-in": [{ session: [] }, { apiKey: [] }, { bearer: [] }],
  project: [{ session: [] }, { apiKey: [] }, { bearer: [] }],
};

function problems(access: Access, config: Pick<RouteConfig, "request" | "path">) {
  const needsActor = access.auth === "signed-in" || access.auth === "project";
  return {
    ...((config.request?.body || config.request?.query) && {
      400: problem("The request is malformed or invalid."),
    }),
    ...(needsActor && { 401: problem("Nobody is signed in, or the key is unknown.") }),
    ...(needsActor && { 403: problem("The role or the key's scope does not suffice.") }),
    ...(config.path.includes("{") && { 404: problem("There is no such object in this project.") }),
    ...(config.request?.body && { 413: problem("The body is larger than 64 kB.") }),
    ...(config.request?.body && { 415: problem("The body is not JSON.") }),
    default: problem("Any other problem."),
  };
}

function problem(description: string) {
  return { description, content: { "application/problem+json": { schema: Problem } } };
}
