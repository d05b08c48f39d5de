import type { OpenAPIHono, RouteConfig } from "@hono/zod-openapi";
import { ReasonInput } from "@overdue/core";
import { PingInput } from "@overdue/core/dialects";
import { z } from "zod";

import { sessionCookieName } from "../http/cookies.ts";
import type { AppEnv } from "../http/context.ts";
import { documentDeprecatedNames } from "../http/deprecated-names.ts";
import { Problem } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import { GUIDE, TAGS } from "./guide.ts";

/** The parts of an OpenAPI document that its page shows. */
export type Document = {
  info: { title: string; version: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  webhooks?: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

export type Operation = {
  summary: string;
  description?: string;
  deprecated?: boolean;
  tags: string[];
  "x-access"?: { auth: string; role?: string; key?: string | null; fresh?: true | readonly string[] };
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: Schema }[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema?: Schema }> }>;
};

export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
  deprecated?: boolean;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: boolean | Schema;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  example?: unknown;
};

// The generator's own type describes less than it generates; a test renders every route from it.
function toDocument(made: object): Document {
  return made as Document;
}

/** Adds the ways to authenticate to the document. */
export function documentSecurity(app: OpenAPIHono<AppEnv>, publicUrl: string): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: sessionCookieName(publicUrl),
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "apiKey", {
    type: "apiKey",
    in: "header",
    name: "X-Api-Key",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
}

/** Creates the OpenAPI 3.1 document of all routes, of what webhooks receive, and of deprecated names. */
export function createDocument(app: OpenAPIHono<AppEnv>, version: string): Document {
  app.openAPIRegistry.registerWebhook(ALERT_WEBHOOK);
  app.openAPIRegistry.registerPath(PING);
  const made = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Overdue",
      version,
      description: [
        "A dead-man's switch for jobs.",
        ...GUIDE.map(({ title, text }) => `**${title}.** ${text}`),
      ].join("\n\n"),
      license: { name: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [...TAGS],
  });
  const document = toDocument(made);
  documentDeprecatedNames(document);
  return document;
}

/** `GET /openapi.json`. The document is generated once, at the first call. */
export function openapiRoutes(document: () => object) {
  let made: Record<string, unknown> | undefined;
  return createRouter().openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/openapi.json",
        summary: "This document",
        tags: ["Instance"],
        responses: { 200: json(z.record(z.string(), z.unknown()), "OpenAPI 3.1.") },
      },
    ),
    (c) => {
      made ??= { ...document() };
      return c.json(made, 200);
    },
  );
}

const refusedPing = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: Problem } },
});

/** A ping as JSON, which passes the queue of all pings and none of the middleware of the other routes. */
const PING: RouteConfig = {
  method: "post",
  path: "/v1/ping",
  summary: "Ping as JSON",
  description:
    "For programs that write a ping themselves. Authorize by the project's ping key, or an API key of the scope `ping`; a check that is named by its UUID needs none. Pings by a plain URL are simpler: `/ping/<UUID>`.",
  tags: ["Pings"],
  security: [{ bearer: [] }, { apiKey: [] }, {}],
  request: { body: { required: true, content: { "application/json": { schema: PingInput } } } },
  responses: {
    200: json(z.object({ stored: z.literal(true) }), "The ping is stored."),
    400: refusedPing("The body is malformed or invalid; `detail` names the field."),
    401: refusedPing("There is no such key."),
    404: refusedPing("There is no such check."),
    409: refusedPing("Several checks have this slug."),
    503: refusedPing("The ping was not stored: try again in a moment."),
    default: refusedPing("Any other problem."),
  },
};

const At = z.iso.datetime().nullable();
const Named = z.object({ id: z.string(), name: z.string() });

/** What a webhook without a custom body receives; `packages/channels` builds it. */
export const WebhookEvent = z
  .object({
    type: z
      .enum([
        "check.down",
        "check.up",
        "check.reminder",
        "check.run",
        "check.notice",
        "test",
        "report",
        "system",
      ])
      .meta({
        description: "For a type that you do not know, show `title` and `text` to people.",
      }),
    timestamp: At.meta({ description: "When it happened." }),
    data: z.object({
      delivery_id: z.uuid().meta({ description: "The same in every attempt, like `webhook-id`." }),
      project: Named,
      channel: Named,
      check: Named.extend({
        slug: z.string(),
        tags: z.array(z.string()),
        description: z
          .string()
          .meta({ description: "What to do when it is down; empty if nobody wrote it." }),
        url: z.string().meta({ description: "The URL of its page." }),
      }).nullable(),
      incident_id: z.uuid().nullable(),
      status: z.enum(["down", "up"]).nullable(),
      title: z.string().meta({ description: "One line for people." }),
      text: z.string().meta({ description: "The whole message for people, as plain text." }),
      reason: ReasonInput.nullable().meta({ description: "Why it is down or, for a recovery, was down." }),
      timezone: z.string().nullable(),
      expected_at: At,
      deadline_at: At,
      last_heard_at: At.meta({ description: "When the last ping came." }),
      last_heard_kind: z.string().nullable().meta({ description: "Kind of the last ping." }),
      exit_status: z.int().nullable(),
      exit_meaning: z.string().nullable(),
      facts: z
        .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
        .optional()
        .meta({ description: "What explains the end of the last run, where its wrapper said it." }),
      down_since: At,
      down_seconds: z.int().nullable().meta({ description: "For a recovery: how long it was down." }),
      run: z
        .object({
          outcome: z.enum(["success", "fail", "lost"]),
          started_at: At,
          ended_at: At,
          duration_seconds: z.number().nullable(),
          exit_status: z.int().nullable(),
          host: z.string().nullable(),
        })
        .optional()
        .meta({ description: "Only in `check.run`." }),
      notice: z
        .object({ kind: z.string(), at: At })
        .optional()
        .meta({ description: "Only in `check.notice`: a reason, or `edited`." }),
      output: z.string().nullable().meta({ description: "The end of the job's output." }),
      may_repeat: z.boolean().meta({ description: "Whether an earlier attempt may have arrived too." }),
    }),
  })
  .meta({ id: "WebhookEvent", description: "Fields may be added, but none changes its meaning." });

/** The `webhooks` section of the OpenAPI document: what a webhook channel sends to its address. */
const ALERT_WEBHOOK: RouteConfig = {
  method: "post",
  path: "alert",
  summary: "An alert, to a channel of the kind webhook",
  description:
    "Signed as in Standard Webhooks with the channel's own secret. Any status from 200 to 299 accepts it; 410 ends the channel; after any other it is retried for 24 hours.",
  tags: ["Channels"],
  request: {
    headers: z.object({
      "webhook-id": z.string().meta({ description: "The delivery's id, the same in every attempt." }),
      "webhook-timestamp": z.string().meta({ description: "When this attempt was made, in seconds." }),
      "webhook-signature": z.string().meta({
        description: "`v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`.",
      }),
    }),
    body: { required: true, content: { "application/json": { schema: WebhookEvent } } },
  },
  responses: { 200: { description: "Accepted." }, 410: { description: "The address no longer exists." } },
};
