import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";

import { sessionCookieName } from "../auth/better-auth.ts";
import { GUIDE, TAGS } from "./guide.ts";
import { ALERT_WEBHOOK } from "./webhook-event.ts";
import type { AppEnv } from "../http/context.ts";
import { documentDeprecatedNames } from "../http/deprecated-names.ts";
import { createRouter, json, route } from "../http/route.ts";

/** As much of an OpenAPI document as its page shows. */
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
  "x-access"?: { auth: string; role?: string; key?: string | null };
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

// The generator's own type knows less than what it makes; a test renders every route from it.
function toDocument(made: object): Document {
  return made as Document;
}

/** Registers how one signs in, as the document tells it. */
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

/** The OpenAPI 3.1 document of all routes, of what webhooks receive, and of names that were replaced. */
export function createDocument(app: OpenAPIHono<AppEnv>, version: string): Document {
  app.openAPIRegistry.registerWebhook(ALERT_WEBHOOK);
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

/** `GET /openapi.json`; the document is made once, at the first call. */
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
