import { createHash } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";

import { createRoute, OpenAPIHono, type RouteConfig } from "@hono/zod-openapi";
import { answerKey, claimKey, type IdempotencyRef, releaseKey, seal, unseal } from "@overdue/db";
import type { MiddlewareHandler } from "hono";
import { z } from "zod";

import { type Access, READ, READ_DETAILS } from "./access.ts";
import { audit, auditAction } from "./audit.ts";
import type { AppContext, AppEnv } from "./context.ts";
import { deprecatedFields } from "./deprecated-names.ts";
import { guard, requireFresh } from "./guard.ts";
import { readJson, readYamlOrJson } from "./json-body.ts";
import { onInvalid } from "./on-error.ts";
import { ApiError, Problem } from "./problem.ts";

/** Creates a router that answers invalid input in the same way, mounted or alone. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({ defaultHook: (result) => onInvalid(result) });
}

/**
 * The only way to define a route: who may call it, then its path and schemas. Its errors are documented automatically; a route
 * that creates something (201) honours Idempotency-Key; one that changes something in a project writes an audit entry.
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
  // What only reads may come as a POST too, such as a question with a long body.
  const action = access === READ || access === READ_DETAILS ? null : auditAction(config);
  const oldNames = deprecatedFields(config);
  return [
    guard(access),
    ...(config.request?.body ? [acceptsYaml(config) ? readYamlOrJson : readJson] : []),
    ...(oldNames === null ? [] : [oldNames]),
    ...("fresh" in access && access.fresh !== undefined ? [requireFresh(access.fresh)] : []),
    ...(isCreation(config) ? [idempotent] : []),
    ...(action === null ? [] : [audit(action)]),
  ];
}

function acceptsYaml({ request }: RouteConfig): boolean {
  return request?.body !== undefined && "application/yaml" in request.body.content;
}

/** A JSON response of this shape. */
export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** A JSON request body of this shape. */
export function body<S extends z.ZodType>(schema: S) {
  return { required: true, content: { "application/json": { schema } } };
}

/** A response without a body. */
export const NO_CONTENT = { description: "Done." };

const SECURITY = {
  public: [],
  "self-checked": [],
  "signed-in": [{ session: [] }, { apiKey: [] }, { bearer: [] }],
  project: [{ session: [] }, { apiKey: [] }, { bearer: [] }],
  organization: [{ session: [] }],
};

function problemResponses(access: Access, config: RouteConfig) {
  const needsActor = ["signed-in", "project", "organization"].includes(access.auth);
  return {
    ...((config.request?.body || config.request?.query) && {
      400: problemResponse("The request is malformed or invalid."),
    }),
    ...(needsActor && { 401: problemResponse("Nobody is signed in, or the key is unknown.") }),
    ...(needsActor && { 403: problemResponse("The role or the key's scope does not suffice.") }),
    ...(config.path.includes("{") && { 404: problemResponse("There is no such object here.") }),
    ...(isCreation(config) && {
      409: problemResponse("The first request with this Idempotency-Key is still under way."),
    }),
    ...(config.request?.body && { 413: problemResponse("The body is too large.") }),
    ...(config.method === "patch" && {
      412: problemResponse("Somebody else has edited it since; nothing was changed."),
    }),
    ...(config.request?.body && { 415: problemResponse("The body is not JSON.") }),
    ...(isCreation(config) && {
      422: problemResponse("This Idempotency-Key was used with another body before."),
    }),
    ...(!("isRateLimitExempt" in access) && {
      429: problemResponse("Too many requests; Retry-After says when to try again."),
    }),
    default: problemResponse("Any other problem."),
  };
}

function problemResponse(description: string) {
  return { description, content: { "application/problem+json": { schema: Problem } } };
}

const KEY_CHARS_MAX = 255;
const LOOK_EVERY_MS = 50;
const LOOKS_MAX = 200;

/** The header `Idempotency-Key`, for the OpenAPI document. */
const IdempotencyHeader = z.object({
  "idempotency-key": z.string().min(1).max(KEY_CHARS_MAX).optional().meta({
    description:
      "Any text of your own, preferably a UUID. A request that repeats it within 24 hours gets the first response, and nothing is created twice.",
  }),
});

const Answer = z.object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() });
const KEPT_HEADERS = ["content-type", "etag"];

/** Runs a creation with an Idempotency-Key at most once; a repeated request gets the stored response. */
const idempotent: MiddlewareHandler<AppEnv> = async (c, next) => {
  const key = c.req.header("idempotency-key");
  if (key === undefined) return await next();
  if (key === "" || key.length > KEY_CHARS_MAX)
    throw ApiError.invalid("Idempotency-Key", `Use 1 to ${KEY_CHARS_MAX} characters.`);
  const ref = { actor: actorId(c), route: `${c.req.method} ${c.req.path}`, key };
  const before = await findEarlierAnswer(c, ref);
  if (before !== null) return before;
  await next();
  await storeAnswer(c, ref);
};

/** The stored response of the first request with this key; null if this request is the first. @throws 409, 422 */
async function findEarlierAnswer(c: AppContext, ref: IdempotencyRef): Promise<Response | null> {
  const { db, now, keyring } = c.var.deps;
  const bodyDigest = createHash("sha256")
    .update(await c.req.text())
    .digest("hex");
  for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
    const claim = await claimKey(db, ref, { bodyDigest, at: now() });
    if (claim.kind === "claimed") return null;
    if (claim.kind === "answered") return replay(unseal(keyring, sealedPlace(ref), claim.answer));
    if (claim.kind === "other-body")
      throw new ApiError(
        "idempotency_key_reused",
        "Idempotency-Key: this key was used with another body before: use a new one.",
      );
    await wait(LOOK_EVERY_MS);
  }
  throw new ApiError(
    "idempotency_in_progress",
    "The first request with this Idempotency-Key is still under way: try again in a moment.",
  );
}

async function storeAnswer(c: AppContext, ref: IdempotencyRef): Promise<void> {
  const { db, keyring } = c.var.deps;
  if (!c.res.ok) return await releaseKey(db, ref);
  const headers = KEPT_HEADERS.flatMap((name) => {
    const value = c.res.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const answer: z.infer<typeof Answer> = {
    status: c.res.status,
    headers: Object.fromEntries(headers),
    body: await c.res.clone().text(),
  };
  await answerKey(db, ref, seal(keyring, sealedPlace(ref), JSON.stringify(answer)));
}

function replay(text: string): Response {
  const { status, headers, body } = Answer.parse(JSON.parse(text));
  return new Response(body, { status, headers: { ...headers, "idempotency-replayed": "true" } });
}

// The response may contain a key that is shown once, so it is sealed for this actor, route and key alone.
function sealedPlace({ actor, route, key }: IdempotencyRef) {
  return { table: "idempotency_keys", column: "answer", rowId: `${actor} ${route} ${key}`, projectId: "" };
}

function actorId(c: AppContext): string {
  const { actor } = c.var;
  if (actor.kind === "nobody") throw new Error("A creation has an actor.");
  return actor.kind === "key" ? `key:${actor.keyId}` : `user:${actor.userId}`;
}
