import type { OpenAPIHono } from "@hono/zod-openapi";

import { sessionCookieName } from "./auth/better-auth.ts";
import { GUIDE, TAGS } from "./docs/guide.ts";
import type { AppEnv } from "./http/context.ts";
import { createRouter, json, route } from "./http/route.ts";
import { z } from "zod";

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

/** The OpenAPI 3.1 document of all routes. */
export function documentOf(app: OpenAPIHono<AppEnv>, version: string) {
  return app.getOpenAPI31Document({
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
