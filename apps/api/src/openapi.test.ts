import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";

import { read, testApi } from "../test/test-api.ts";
import { registeredRoutes } from "./http/access.ts";

type Document = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};
type Operation = { summary?: string; responses: Record<string, unknown>; security: unknown[] };

const UNDOCUMENTED = [
  "GET /*",
  "GET /docs",
  "GET /docs.css",
  "POST /ping/heartbeat",
  "GET /incidents/act",
  "POST /incidents/act",
  "GET /unsubscribe",
  "POST /unsubscribe",
  "GET /confirm-address",
  "POST /confirm-address",
  "GET /reports/stop",
  "POST /reports/stop",
  "GET /status/confirm",
  "POST /status/confirm",
  "GET /status/unsubscribe",
  "POST /status/unsubscribe",
  "GET /status/:slug",
  "GET /status/:slug/:file",
  "POST /status/:slug/:form",
  "GET /.well-known/security.txt",
  // MCP describes its tools itself.
  "POST /mcp",
  "POST /telegram/updates",
  "GET /slack/callback",
  "POST /slack/interactivity",
];
const api = await testApi();
const document = await read<Document>(await api.call("GET", "/openapi.json"));

test("the document is valid OpenAPI 3.1", async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result).toMatchObject({ valid: true });
  expect(document.openapi).toBe("3.1.0");
});

test("every route is in it, and nothing else", () => {
  const served = registeredRoutes(api.app.routes).map(({ method, path }) => `${method} ${path}`);
  const documented = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    ),
  );
  const expected = [
    ...served.filter((route) => !UNDOCUMENTED.includes(route) && !isFallback(route)),
    // Taken before any route, as all pings are.
    "POST /v1/ping",
  ];
  // Healthchecks' endpoints are served with and without the slash at their end, and documented in one of the forms.
  const inOneForm = (routes: string[]) =>
    [...new Set(routes.map((each) => each.replace(/(?<=.)\/$/, "")))].toSorted(inOrder);
  expect(inOneForm(documented)).toEqual(inOneForm(expected.map(plain)));
});

test("every route says what it does, who may call it and how it fails", () => {
  for (const operations of Object.values(document.paths)) {
    for (const { summary, responses, security } of Object.values(operations)) {
      expect(summary).toMatch(/^[A-Z]/);
      expect(Object.keys(responses)).toContain("default");
      expect(security).toBeInstanceOf(Array);
    }
  }
});

test("schemas have names, so that a generated client has types", () => {
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining([
      "Problem",
      "Project",
      "Check",
      "CheckInput",
      "Channel",
      "Delivery",
      "Ping",
      "Incident",
    ]),
  );
});

/** OPTIONS, 405 and missing slashes under the paths of Healthchecks' clients. */
function isFallback(route: string): boolean {
  return route.startsWith("ALL /");
}

/** Without the patterns by which the router tells kinds of parameters apart. */
function plain(route: string): string {
  return route.replaceAll(/:(\w+)\{.+?\}(?=\/|$)/g, ":$1");
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : 1;
}
