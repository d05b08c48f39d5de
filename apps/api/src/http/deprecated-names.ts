import type { RouteConfig } from "@hono/zod-openapi";
import { isRecord } from "@overdue/core";
import type { MiddlewareHandler } from "hono";
import { z } from "zod";

import type { AppEnv } from "./context.ts";

/** A renamed field of a named schema. Request bodies may use either name; responses contain both. */
type RenamedField = { schema: string; old: string; now: string };
/** A route whose path has changed. Both paths are served, with the same parameters. */
type RenamedPath = { method: string; old: string; now: string };

// Each entry stays for one release. CHANGELOG.md says which one.
const RENAMED_FIELDS: readonly RenamedField[] = [
  { schema: "Delivery", old: "leadId", now: "leaderId" },
  { schema: "Delivery", old: "insteadOf", now: "fallbackFor" },
  { schema: "Route", old: "hears", now: "notifyOn" },
  { schema: "RouteInput", old: "hears", now: "notifyOn" },
  { schema: "RoutePatch", old: "hears", now: "notifyOn" },
  { schema: "ConfigRoute", old: "hears", now: "notifyOn" },
  ...["Check", "SavedCheck", "CheckInput", "CheckPatch", "ConfigCheck"].map((schema) => ({
    schema,
    old: "unusualRuns",
    now: "outlierRuns",
  })),
  { schema: "NotificationPreview", old: "news", now: "events" },
  { schema: "PreviewedEventNotification", old: "hears", now: "notifyOn" },
  { schema: "Evidence", old: "usual", now: "baseline" },
  { schema: "TimelineDelivery", old: "tells", now: "deliveryKind" },
  { schema: "SlackLink", old: "trouble", now: "problem" },
  { schema: "Report", old: "notJudged", now: "excluded" },
  { schema: "OperatorView", old: "judging", now: "evaluation" },
  { schema: "OperatorChecker", old: "judgedAt", now: "evaluatedAt" },
  { schema: "OperatorReceiver", old: "canaryAt", now: "checkpointAt" },
];

const CHECK_PATH = "/v1/projects/{projectId}/checks/{checkId}";
export const RENAMED_PATHS: readonly RenamedPath[] = [
  { method: "post", old: `${CHECK_PATH}/normal`, now: `${CHECK_PATH}/reset-baseline` },
  { method: "get", old: `${CHECK_PATH}/who-would-hear`, now: `${CHECK_PATH}/notification-preview` },
];

/** Old names of renamed gauges, by the new name. Both are measured; the help of the old one says that it is deprecated. */
export const RENAMED_GAUGES: Readonly<Record<string, string>> = {
  overdue_heartbeat_age_seconds: "overdue_canary_age_seconds",
  overdue_evaluation_age_seconds: "overdue_judged_age_seconds",
};

/** Where objects of a renamed field's schema are in a body: the path of field names, `*` for each item of an array. */
type Place = RenamedField & { steps: readonly string[] };

/** Middleware that translates old names in the request and adds them to the response; null if the route has no renamed fields. */
export function deprecatedFields({ request, responses }: RouteConfig): MiddlewareHandler<AppEnv> | null {
  const sent = placesIn(jsonSchema(request?.body?.content));
  const answered = Object.values(responses).flatMap((response) =>
    "content" in response ? placesIn(jsonSchema(response.content)) : [],
  );
  if (sent.length === 0 && answered.length === 0) return null;
  return async (c, next) => {
    if (sent.length > 0) c.req.raw = await withNewNames(c.req.raw, sent);
    await next();
    if (answered.length > 0 && c.res.ok) c.res = await withOldNames(c.res, answered);
  };
}

function jsonSchema(content: Record<string, unknown> | undefined): unknown {
  const media = content?.["application/json"];
  return isRecord(media) ? media["schema"] : undefined;
}

async function withNewNames(request: Request, places: readonly Place[]): Promise<Request> {
  const text = await request.text();
  const { url, method } = request;
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  if (text === "") return new Request(url, { method, headers });
  const body: unknown = JSON.parse(text);
  for (const { steps, old, now } of places)
    for (const object of objectsAt(body, steps)) {
      if (!(old in object)) continue;
      object[now] ??= object[old];
      delete object[old];
    }
  return new Request(url, { method, headers, body: JSON.stringify(body) });
}

async function withOldNames(response: Response, places: readonly Place[]): Promise<Response> {
  const answer: unknown = await response.json();
  for (const { steps, old, now } of places)
    for (const object of objectsAt(answer, steps)) if (now in object) object[old] = object[now];
  return new Response(JSON.stringify(answer), response);
}

function objectsAt(value: unknown, [step, ...rest]: readonly string[]): Record<string, unknown>[] {
  if (step === "*") return Array.isArray(value) ? value.flatMap((item) => objectsAt(item, rest)) : [];
  if (!isRecord(value)) return [];
  return step === undefined ? [value] : objectsAt(value[step], rest);
}

/** Finds the schemas with renamed fields within a schema. */
function placesIn(schema: unknown, steps: readonly string[] = []): Place[] {
  if (!(schema instanceof z.ZodType)) return [];
  const { id } = z.globalRegistry.get(schema) ?? {};
  const own = RENAMED_FIELDS.filter((field) => field.schema === id).map((field) => ({ ...field, steps }));
  return [...own, ...innerPlaces(schema, steps)];
}

function innerPlaces(schema: z.ZodType, steps: readonly string[]): Place[] {
  if (schema instanceof z.ZodObject)
    return Object.entries(schema.shape).flatMap(([name, inner]) => placesIn(inner, [...steps, name]));
  if (schema instanceof z.ZodArray) return placesIn(schema.element, [...steps, "*"]);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => placesIn(option, steps));
  if (schema instanceof z.ZodPipe) return placesIn(schema.in, steps);
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault;
  return isWrapped ? placesIn(schema.unwrap(), steps) : [];
}

type Routes = {
  routes: readonly { method: string; path: string; handler: Handler }[];
  on: (method: string, path: string, handler: Handler) => unknown;
};
type Handler = MiddlewareHandler<AppEnv>;

/** Serves each renamed path under its old name as well, by the same handlers, its guard first. */
export function serveDeprecatedPaths(app: Routes): void {
  for (const { method, old, now } of RENAMED_PATHS)
    for (const route of app.routes.filter(({ path }) => path === routerPath(now)))
      if (route.method.toLowerCase() === method) app.on(route.method, routerPath(old), route.handler);
}

/** Writes `/checks/{checkId}` as the router does: `/checks/:checkId`. */
function routerPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

type Operations = Record<string, { description?: string; deprecated?: boolean }>;
type Properties = Record<string, { description?: string; deprecated?: boolean }>;
type DocumentParts = {
  paths: Record<string, Operations>;
  components: { schemas: Record<string, { properties?: Properties }> };
};

/** Adds the old names to the OpenAPI document, marked as deprecated. @throws where the document lacks a new name */
export function documentDeprecatedNames({ paths, components }: DocumentParts): void {
  for (const { method, old, now } of RENAMED_PATHS) {
    const operation = paths[now]?.[method];
    if (operation === undefined) throw new Error(`The document has no ${method} ${now}.`);
    paths[old] = { ...paths[old], [method]: deprecated(operation, now) };
  }
  for (const { schema, old, now } of RENAMED_FIELDS) {
    const { properties } = components.schemas[schema] ?? {};
    const property = properties?.[now];
    if (properties === undefined || property === undefined)
      throw new Error(`The document has no field ${now} of ${schema}.`);
    properties[old] = deprecated(property, now);
  }
}

function deprecated<T extends object>(named: T, now: string): T & { description: string; deprecated: true } {
  return { ...named, description: `The old name of \`${now}\`, for one release.`, deprecated: true };
}
