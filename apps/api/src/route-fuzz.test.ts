import { askedFuzz, choicesFrom } from "@overdue/testkit";
import { expect, test } from "vitest";

import { documentOf, operationsIn } from "../test/document.ts";
import { fillProject } from "../test/one-of-everything.ts";
import { keyHolder, person, testApi } from "../test/test-api.ts";

/**
 * Malformed requests to every route bring no error of ours, cost little, and fill no memory: odd ids, parameters, headers, and
 * bodies made of the fields of the route's own schema. `npm run fuzz` sends 50,000, the test some hundred; FUZZ_SEED repeats a
 * run. New routes take part by themselves.
 */
const REQUESTS = askedFuzz().requests ?? 600;
const SEED = askedFuzz().seed ?? 20_261_202;
/** Of the main thread; a page that takes longer would keep pings waiting. */
const CPU_MS_MAX = 250;
/** Of the heap, after the first requests have loaded all code. */
const GROWTH_BYTES_MAX = 60_000_000;
/** Their answers do not end by themselves, are 503 without a checker, or what they do ends the run. */
const LEFT_OUT =
  /sign-out|health\/ready|\/events$|DELETE \/v1\/projects\/\{projectId\}$|DELETE \/v1\/account/;

/** What the requests so far did to a project must not keep later ones from it. */
const REQUESTS_PER_PROJECT = 500;

const api = await testApi();
let ada = await person(api);
let { key } = await keyHolder(api, ada.projectId, "write");
let known: Record<string, string> = await fillProject(api, ada);
let ids = Object.values(known);

/** Later requests are about a new project with one of everything. */
async function moveOn(): Promise<void> {
  ada = await person(api);
  ({ key } = await keyHolder(api, ada.projectId, "write"));
  known = await fillProject(api, ada);
  ids = Object.values(known);
}

type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  required?: string[];
  format?: string;
  minimum?: number;
};
type Target = { method: string; path: string; body: Schema | null; query: string[] };

const document = await documentOf(api);
const targets: Target[] = [
  ...operationsIn(document)
    .filter(({ name }) => !LEFT_OUT.test(name))
    .map(({ method, path, operation }) => ({
      method,
      path,
      body: (operation.requestBody?.content["application/json"]?.schema ?? null) as Schema | null,
      query: (operation.parameters ?? []).filter((one) => one.in === "query").map(({ name }) => name),
    })),
  ...api.app.routes
    .filter(({ method, path }) => method !== "ALL" && !path.includes("*") && !LEFT_OUT.test(path))
    .map(({ method, path }) => ({ method, path, body: null, query: ["token", "until", "channel"] })),
  ...[
    "sign-in",
    "sign-up",
    "forget-password",
    "reset-password",
    "change-password",
    "two-factor/verify-totp",
  ].map((name) => ({ method: "POST", path: `/api/auth/${name}`, body: null, query: [] })),
  ...[
    "/ping/{id}",
    "/ping/{id}/start",
    "/ping/{id}/{word}",
    "/mcp",
    "/telegram/updates",
    "/{word}/{word}",
  ].map((path) => ({ method: "POST", path, body: null, query: ["rid", "create", "age", "metric.x"] })),
];

const { below, some, one } = choicesFrom(SEED);

const ODD_TEXTS = [
  "",
  "\0",
  "%",
  "..",
  "💥",
  "\ud800",
  "‮abc",
  "a".repeat(5_000),
  "-1",
  "1e999",
  "2026-02-30T25:61:00Z",
  "0000-01-01T00:00:00Z",
  "+275760-09-13T00:00:00.001Z",
  "infinity",
  "'; drop table checks --",
  "{".repeat(500),
  "((((((((((a+)+)+)+)+)+)+)+)+)+)+$",
  "* * * * *",
  "*/0 * * * *",
  "0 0 30 2 *",
  "1-59/1,".repeat(200),
  "Mon..Fri *-*-* *:*:*",
  "Europe/Nowhere",
  "__proto__",
  "constructor",
];
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  2 ** 53,
  0.1,
  [],
  {},
  [[[[[]]]]],
  { a: { b: [] } },
];
const oddText = () => one(ODD_TEXTS);
const odd = (): unknown => (some(0.6) ? oddText() : one(ODD_VALUES));

/** How much of a request is none of what its schema asks for: what is odd everywhere gets no further than the first check. */
let oddness = 0.12;
const WELL_FORMED: Record<string, string> = {
  "date-time": "2026-11-20T10:00:00Z",
  date: "2026-11-20",
  email: "a@example.org",
  uri: "https://example.org/x",
};

/** A value of a schema, or one that is none. */
function valueOf(schema: Schema | undefined, depth: number): unknown {
  if (schema === undefined || depth > 6 || some(oddness)) return odd();
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1) ?? "";
    return valueOf(document.components.schemas[name] as Schema | undefined, depth + 1);
  }
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants !== undefined) return valueOf(one(variants), depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return one(schema.enum);
  const type = Array.isArray(schema.type) ? one(schema.type) : schema.type;
  if (type === "object" || schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {})
        .filter(([name]) => (schema.required?.includes(name) === true ? !some(oddness) : some(0.5)))
        .map(([name, property]) => [name, valueOf(property, depth + 1)]),
    );
  if (type === "array")
    return Array.from({ length: below(some(0.05) ? 300 : 4) }, () => valueOf(schema.items, depth + 1));
  if (type === "string") return textOf(schema);
  if (type === "integer" || type === "number")
    return some(oddness) ? one([-5, 1e6, 2 ** 40]) : (schema.minimum ?? 0) + below(3) * one([0, 1, 60]);
  return type === "boolean" ? some(0.5) : odd();
}

function textOf({ format }: Schema): string {
  if (some(3 * oddness)) return oddText();
  if (format === "uuid") return one(ids);
  return WELL_FORMED[format ?? ""] ?? one([...ids, "x", "UTC", "0 3 * * *", "a@example.org"]);
}

function pathOf({ path, query }: Target): string {
  const filled = path.replaceAll(/\{(\w+)\}|:(\w+)(\{[^}]*\})?/g, (_, braced?: string, plain?: string) => {
    if (some(oddness)) return encodeURIComponent(oddText().toWellFormed().slice(0, 300));
    return known[braced ?? plain ?? ""] ?? one(ids);
  });
  const pairs = query
    .filter(() => some(0.3))
    .map((name) => `${name}=${encodeURIComponent(String(some(0.5) ? one(ids) : oddText()).toWellFormed())}`);
  return pairs.length === 0 ? filled : `${filled}?${pairs.join("&")}`;
}

function headersOf(): Record<string, string> {
  if (some(0.5))
    return { origin: "http://overdue.test", "content-type": "application/json", cookie: ada.cookie };
  const auth = one([
    { cookie: ada.cookie },
    { cookie: ada.cookie },
    { authorization: `Bearer ${key}` },
    { authorization: `Bearer ${key.slice(0, -1)}!` },
    { authorization: one(["Basic", "Bearer", "Basic Og==", "Bearer  x", "Digest x=y"]) },
    { cookie: `${ada.cookie.slice(0, -3)}; __Host-x=%00; =;;;` },
    { "x-api-key": key },
    {},
  ]);
  const type = one([
    "application/json",
    "application/json",
    "application/json",
    "text/plain",
    "multipart/form-data",
    "x",
  ]);
  const extra = one<Record<string, string>>([
    {},
    {},
    { "idempotency-key": "a".repeat(below(400)) },
    { "accept-language": "x,".repeat(200) },
    { "x-forwarded-for": "1,".repeat(300) },
    { "if-none-match": "*", range: "bytes=-1" },
    { "content-encoding": one(["gzip", "br", "x"]) },
  ]);
  return { origin: "http://overdue.test", "content-type": type, ...auth, ...extra };
}

type Sent = { method: string; path: string; headers: Record<string, string>; body: string | null };

function aRequest(): Sent {
  const target = one(targets);
  oddness = one([0, 0, 0.02, 0.12]);
  const method = some(0.05) ? one(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) : target.method;
  const hasBody = method !== "GET" && method !== "HEAD";
  const whole = JSON.stringify(target.body === null ? odd() : valueOf(target.body, 0)) ?? "";
  const text = some(0.1) ? whole.slice(0, below(whole.length + 1)) : whole;
  const path = pathOf(target);
  // The odd method must not reach what was left out.
  const sent = LEFT_OUT.test(`${method} ${path.replaceAll(ada.projectId, "{projectId}").split("?")[0]}`);
  return {
    method: sent ? "GET" : method,
    path,
    headers: headersOf(),
    body: hasBody && !sent ? text.toWellFormed() : null,
  };
}

async function answerTo({ method, path, headers, body }: Sent): Promise<{ status: number; cpuMs: number }> {
  const before = process.threadCpuUsage();
  const answer = await api.app.request(path, { method, headers, ...(body !== null && { body }) });
  if (answer.headers.get("content-type")?.startsWith("text/event-stream") === true)
    await answer.body?.cancel();
  else await answer.arrayBuffer();
  const { user, system } = process.threadCpuUsage(before);
  return { status: answer.status, cpuMs: (user + system) / 1_000 };
}

async function send(count: number): Promise<string[]> {
  const wrong: string[] = [];
  for (let sent = 0; sent < count; sent += 1) {
    if (sent % REQUESTS_PER_PROJECT === REQUESTS_PER_PROJECT - 1) await moveOn();
    const request = aRequest();
    const { status, cpuMs } = await answerTo(request);
    const what = `${request.method} ${request.path.slice(0, 200)} ${JSON.stringify(request.headers).slice(0, 200)} ${(request.body ?? "").slice(0, 600)}`;
    if (status >= 500 && status !== 501) wrong.push(`${status} ${what}`);
    // The first requests load code.
    if (cpuMs > CPU_MS_MAX && sent > 200) wrong.push(`${Math.round(cpuMs)} ms ${what}`);
  }
  return wrong;
}

test(`${REQUESTS} malformed requests to all routes are answered without an error of ours, quickly, and are forgotten`, async () => {
  expect(targets.length).toBeGreaterThan(100);
  const wrong = await send(REQUESTS / 2);
  const before = process.memoryUsage().heapUsed;
  wrong.push(...(await send(REQUESTS / 2)));
  expect([...new Set(wrong)].slice(0, 30)).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(GROWTH_BYTES_MAX);
}, 3_600_000);
