import type { Context } from "hono";
import { z } from "zod";

import type { HealthchecksAccess, JsonObject } from "./guard.ts";
import type { AppEnv } from "../http/context.ts";

/** An error response that Healthchecks' clients know: a status with `{"error": "…"}`, plain text or no body. */
export class HealthchecksError extends Error {
  readonly status: number;
  readonly body: string | null;
  readonly contentType: string | null;

  constructor(status: number, body: string | null = null, contentType: string | null = null) {
    super(body ?? `status ${status}`);
    this.status = status;
    this.body = body;
    this.contentType = contentType;
  }

  /** An error with the body `{"error": "…"}`. */
  static withJson(status: number, error: string): HealthchecksError {
    return new HealthchecksError(status, JSON.stringify({ error }), "application/json");
  }

  response(): Response {
    const headers = this.contentType === null ? {} : { "content-type": this.contentType };
    return new Response(this.body, { status: this.status, headers });
  }
}

export type ApiVersion = "v1" | "v2" | "v3";

/** What the guard knows of a request. */
export type HealthchecksCall = {
  version: ApiVersion;
  /** The project of the key; empty if no key was needed. */
  projectId: string;
  canWrite: boolean;
  /** The body of a POST; empty for other methods. */
  body: JsonObject;
};

/** The check that a request changed. */
type ChangedCheck = { id: string; name: string };

export type HealthchecksEnv = {
  Variables: AppEnv["Variables"] & { call: HealthchecksCall; changedCheck?: ChangedCheck };
};
export type HealthchecksContext = Context<HealthchecksEnv>;

/** Content types of the response with their schemas; `statuses` is [200] if left out. */
export type Success = { content: Record<string, z.ZodType>; statuses?: readonly (200 | 201)[] };

export type Method = {
  access: HealthchecksAccess;
  summary: string;
  answer: (c: HealthchecksContext) => Promise<Response>;
  /** The response to success, for the document. */
  success: Success;
};

/** One path with all its methods. The response to any other method is 405, and to OPTIONS 204. */
export type Endpoint = {
  /** Its parameters as `{name}` or `{name:kind}`, such as `/api/{version}/checks/{check:uuid}`. */
  path: string;
  /** Whether pages of other origins may call it. */
  cors: boolean;
  methods: Partial<Record<"GET" | "POST" | "DELETE", Method>>;
};

/** The values of a parameter; a path with any other value does not match. */
const KINDS: Record<string, { pattern: string; schema: z.ZodType }> = {
  version: { pattern: "v[123]", schema: z.enum(["v1", "v2", "v3"]) },
  // Without quantifiers, since a brace ends the parameter in the router.
  uuid: { pattern: [8, 4, 4, 4, 12].map((count) => "[0-9a-f]".repeat(count)).join("-"), schema: z.uuid() },
  uniqueKey: { pattern: "[0-9A-Za-z]".repeat(40), schema: z.string().length(40) },
  number: { pattern: "[0-9]+", schema: z.string().regex(/^[0-9]+$/) },
};
const PARAMETER = /\{(\w+)(?::(\w+))?\}/g;

/** Writes a path as the router does. */
export function routerPath(path: string): string {
  return path.replaceAll(PARAMETER, (_, name: string, kind: string = name) => {
    const pattern = KINDS[kind]?.pattern;
    return pattern === undefined ? `:${name}` : `:${name}{${pattern}}`;
  });
}

/** Writes a path as the document does. */
export function documentPath(path: string): string {
  return path.replaceAll(PARAMETER, "{$1}");
}

/** A pattern that matches exactly the paths of an endpoint. */
export function pathPattern(path: string): RegExp {
  const source = path.replaceAll(
    PARAMETER,
    (_, name: string, kind: string = name) => KINDS[kind]?.pattern ?? "[^/]+",
  );
  return new RegExp(`^${source}$`);
}

/** The parameters, for the document. `check` is a plain string there, since the same path takes a UUID and a unique key. */
export function pathParameters(path: string): z.ZodObject {
  const names = [...path.matchAll(PARAMETER)].map(([, name = ""]) => name);
  return z.object(Object.fromEntries(names.map((name) => [name, KINDS[name]?.schema ?? z.string()])));
}

/** The parameter of that name. @throws HealthchecksError 404 if it is not exactly of that kind */
export function parameter(c: HealthchecksContext, name: string, kind: string): string {
  const text = c.req.param(name) ?? "";
  if (KINDS[kind]?.schema.safeParse(text).success !== true) throw new HealthchecksError(404);
  return text;
}
