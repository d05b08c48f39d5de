import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

import { askedFuzz, mulberry32 } from "@overdue/testkit";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

/**
 * Malformed requests in the form of other monitors' clients bring no error of ours and fill no memory. `npm run fuzz` sends
 * 50,000, the test some hundred; FUZZ_SEED repeats a run. A further kind of request is one more entry of KINDS.
 */
const REQUESTS = askedFuzz().requests ?? 400;
const SEED = askedFuzz().seed ?? 20_261_201;
const AT_ONCE = 20;
/** Of the heap, after the first requests have loaded all code. */
const GROWTH_BYTES_MAX = 60_000_000;

const api = await testApi();
const ada = await person(api);
const { pingKey } = await read<{ pingKey: string }>(await ada.as("GET", ada.path));
const { pingUrl } = await read<{ pingUrl: string }>(
  await ada.as("POST", `${ada.path}/checks`, {
    name: "x",
    slug: "x",
    schedule: { kind: "interval", everySeconds: 300 },
  }),
);
const uuid = new URL(pingUrl).pathname.split("/").at(-1) ?? "";

const next = mulberry32(SEED);
const below = (count: number) => Math.floor(next() * count);
const one = <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0];
const some = (chance: number) => next() < chance;

type Sent = { method: string; path: string; headers: Record<string, string>; body: Buffer | null };

const ODD = [
  "",
  "\0",
  "%",
  "%00",
  "%zz",
  "..",
  "💥",
  "\ud800",
  "a".repeat(3_000),
  "-1",
  "1e999",
  "NaN",
  "null",
  "[]",
  "{}",
] as const;
const odd = () => one([...ODD, uuid, pingKey] as unknown as readonly [string, ...string[]]);
const part = () => encodeURIComponent(odd().toWellFormed());
const key = () => (some(0.7) ? pingKey : part());
const value = (): unknown =>
  one([null, true, -1, 1e308, "x", odd(), [], [[[[]]]], {}, { a: { b: {} } }, "ok", "in_progress", "error"]);

function aCheckIn(): unknown {
  const names = [
    "check_in_id",
    "monitor_slug",
    "status",
    "duration",
    "environment",
    "monitor_config",
    "release",
  ];
  const schedule = { type: one(["crontab", "interval", "x"]), value: value(), unit: value() };
  return Object.fromEntries(
    names
      .filter(() => some(0.8))
      .map((name) => [
        name,
        name === "monitor_config" && some(0.7)
          ? { schedule, checkin_margin: value(), max_runtime: value() }
          : value(),
      ]),
  );
}

/** Lengths that are too long, too short, negative or no numbers; cut anywhere; packed as said, or otherwise. */
function anEnvelope(): Sent {
  const payload = JSON.stringify(aCheckIn());
  const head = {
    type: one(["check_in", "event", ""]),
    ...(some(0.6) && { length: one([payload.length, 0, -5, 1e9, "9"] as readonly [unknown, ...unknown[]]) }),
  };
  const text = `${JSON.stringify(some(0.8) ? { dsn: `https://${pingKey}@x/1` } : value())}\n${JSON.stringify(head)}\n${payload}\n`;
  const whole = Buffer.from(text.toWellFormed());
  const auth = some(0.8) ? { "x-sentry-auth": `Sentry sentry_key=${key()}` } : {};
  return packBody({
    method: "POST",
    path: `/api/${part()}/envelope/`,
    headers: auth,
    body: cutAnywhere(whole),
  });
}

function cutAnywhere(whole: Buffer): Buffer {
  return some(0.4) ? whole.subarray(0, below(whole.length + 1)) : whole;
}

/** A bomb unpacks to 50 MB, of which the receiver takes 4. */
const BOMB = gzipSync(Buffer.alloc(50_000_000));

function packBody(sent: Sent): Sent {
  const encoding = one(["", "", "gzip", "deflate", "br", "zstd", "what"]);
  const body = sent.body ?? Buffer.alloc(0);
  const pack =
    { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[encoding] ?? ((plain: Buffer) => plain);
  const bytes = encoding === "gzip" && some(0.02) ? BOMB : some(0.8) ? pack(body) : body;
  return {
    ...sent,
    headers: { ...sent.headers, ...(encoding !== "" && { "content-encoding": encoding }) },
    body: cutAnywhere(bytes),
  };
}

const plain = (path: string, headers: Record<string, string> = {}): Sent => ({
  method: one(["GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS"]),
  path,
  headers,
  body: null,
});
const query = () =>
  Array.from(
    { length: below(5) },
    () =>
      `${one(["state", "status", "msg", "s", "m", "series", "stamp", "metric", "duration", "success"])}=${part()}`,
  ).join("&");
const json = (path: string): Sent => ({
  method: "POST",
  path,
  headers: { "content-type": "application/json", authorization: `Bearer ${key()}` },
  body: cutAnywhere(
    Buffer.from(
      JSON.stringify(
        one([
          aCheckIn(),
          { check_in: aCheckIn() },
          { alerts: [aCheckIn(), value()] },
          { check: value(), kind: value(), runId: value() },
          value(),
        ] as readonly [unknown, ...unknown[]]),
      ).toWellFormed(),
    ),
  ),
});

const KINDS: readonly [() => Sent, ...(() => Sent)[]] = [
  anEnvelope,
  () => plain(`/api/${part()}/cron/${part()}/${key()}/?${query()}`),
  () => plain(`/p/${key()}/${part()}?${query()}`),
  () => plain(`/ping/${key()}/${part()}?${query()}`),
  () => plain(`/ping/${part()}?${query()}`),
  () => plain(`/api/push/${part()}?${query()}`),
  () => json(`/ping/${uuid}/finished`),
  () => json(`/v1/check_in/${part()}/${part()}`),
  () => json(`/api/v1/heartbeat/${part()}/${part()}`),
  () => json("/v1/ping"),
  () => json(`/alertmanager/${key()}`),
  () => json(`/check_ins/json?api_key=${key()}`),
  () => plain(`/api/v1/endpoints/${part()}/external?${query()}`, { authorization: `Bearer ${key()}` }),
  () => plain(`/v2/heartbeats/${part()}/ping`, { authorization: `GenieKey ${key()}` }),
  () =>
    packBody({
      method: one(["PUT", "POST"]),
      path: `/pushgateway/${key()}/metrics/job@base64/${part()}/${part()}`,
      headers: {},
      body: Buffer.from("x 1\n"),
    }),
];

async function statusOf({ method, path, headers, body }: Sent): Promise<number> {
  const withBody = body !== null && method !== "GET" && method !== "HEAD";
  const answer = await api.app.request(path, {
    method,
    headers,
    ...(withBody && { body: new Uint8Array(body) }),
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function send(count: number): Promise<string[]> {
  const wrong: string[] = [];
  for (let sent = 0; sent < count; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, count - sent) }, () => one(KINDS)());
    const statuses = await Promise.all(batch.map(statusOf));
    for (const [i, status] of statuses.entries()) {
      const { method = "", path = "" } = batch[i] ?? {};
      if (status >= 500) wrong.push(`${status} ${method} ${path.slice(0, 200)}`);
    }
  }
  return wrong;
}

test(`${REQUESTS} malformed requests are answered without an error of ours, and are forgotten`, async () => {
  const wrong = await send(REQUESTS / 2);
  const before = process.memoryUsage().heapUsed;
  wrong.push(...(await send(REQUESTS / 2)));
  expect(wrong).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(GROWTH_BYTES_MAX);
}, 3_600_000);
