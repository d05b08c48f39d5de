import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { HOURLY } from "../../test/one-of-everything.ts";
import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();

type Ping = { kind: string; exitStatus: number | null };
type Run = { outcome: string; durationMs: number | null };
type Check = {
  id: string;
  name: string;
  slug: string;
  pingUrl: string;
  graceSeconds: number;
  schedule: object;
};

/** A project with one check, whose slug is "nightly". */
async function project() {
  const { as, path } = await person(api);
  const check = await read<Check>(await as("POST", `${path}/checks`, { ...HOURLY, slug: "nightly" }));
  const { pingKey } = await read<{ pingKey: string }>(await as("GET", path));
  const uuid = check.pingUrl.split("/").at(-1) ?? "";
  const all = async () => (await read<{ items: Check[] }>(await as("GET", `${path}/checks?limit=100`))).items;
  const pings = async (id = check.id) => {
    const { items } = await read<{ items: Ping[] }>(await as("GET", `${path}/checks/${id}/pings`));
    return items
      .toReversed()
      .map(({ kind, exitStatus }) => [kind, exitStatus].filter((x) => x !== null).join(" "));
  };
  const runs = async (id = check.id) =>
    (await read<{ items: Run[] }>(await as("GET", `${path}/checks/${id}/runs`))).items.toReversed();
  return { as, path, check, uuid, pingKey, all, pings, runs };
}

type Sent = { method?: string; headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> };
type Answer = { status: number; text: string; headers: Headers };

async function send(path: string, sent: Sent = {}): Promise<Answer> {
  const response = await api.app.request(path, sent);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** The forms of a dialect: `said` makes the request for what happened to the check of this slug. */
type Case = {
  name: string;
  /** Null: it has no such word. */
  said: (
    what: "start" | "success" | "fail",
    to: { key: string; slug: string; uuid: string; run: string },
  ) => [string, Sent?] | null;
  stored: [status: number, text: string];
  /** Of a check that nobody has. */
  unknown: number;
  /** Of a key that nobody has; null where the secret is that of the check. */
  wrongKey: number | null;
  hasRuns: boolean;
};

const sentryStatus = { start: "in_progress", success: "ok", fail: "error" };
const cronitorState = { start: "run", success: "complete", fail: "fail" };
const json = (body: object): Sent => ({ method: "POST", body: JSON.stringify(body) });
const post = { method: "POST" };

const CASES: Case[] = [
  {
    name: "Sentry's envelopes",
    said: (what, { key, slug, run }) => [
      `/api/1/envelope/?sentry_key=${key}`,
      {
        method: "POST",
        body: `{}\n{"type":"check_in"}\n${JSON.stringify({ check_in_id: run, monitor_slug: slug, status: sentryStatus[what] })}`,
      },
    ],
    stored: [200, '{"id":"RUN"}'],
    unknown: 200,
    wrongKey: 401,
    hasRuns: true,
  },
  {
    name: "Sentry's plain check-ins",
    said: (what, { key, slug, run }) => [
      `/api/1/cron/${slug}/${key}/?status=${sentryStatus[what]}&check_in_id=${run}`,
      post,
    ],
    stored: [202, ""],
    unknown: 202,
    wrongKey: 401,
    hasRuns: true,
  },
  {
    name: "Cronitor's library for Python",
    said: (what, { key, slug, run }) => [`/p/${key}/${slug}?state=${cronitorState[what]}&series=${run}`],
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: 401,
    hasRuns: true,
  },
  {
    name: "Cronitor's command line",
    said: (what, { key, slug, run }) => [
      `/ping/${key}/${slug}?state=${cronitorState[what]}&series=${run}&try=1&stamp=${run}${what}`,
    ],
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: 401,
    hasRuns: true,
  },
  {
    name: "Uptime Kuma",
    said: (what, { uuid }) => [
      `/api/push/${uuid.replaceAll("-", "")}?status=${what === "fail" ? "down" : "up"}&msg=${what === "start" ? "start" : "x"}`,
    ],
    stored: [200, '{"ok":true}'],
    unknown: 404,
    wrongKey: null,
    hasRuns: false,
  },
  {
    name: "Dead Man's Snitch",
    said: (what, { uuid }) => (what === "fail" ? [`/ping/${uuid}?m=x&s=1`] : null),
    stored: [202, "Got it, thanks!"],
    unknown: 404,
    wrongKey: null,
    hasRuns: false,
  },
  {
    name: "Better Stack",
    said: (what, { uuid }) =>
      what === "start" ? null : [`/api/v1/heartbeat/${uuid}${what === "fail" ? "/fail" : ""}`, post],
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: null,
    hasRuns: false,
  },
  {
    name: "Honeybadger",
    said: (what, { key, slug }) =>
      what === "start"
        ? null
        : [
            `/v1/check_in/${key}/${slug}`,
            json({ check_in: { status: what === "fail" ? "error" : "success" } }),
          ],
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: 401,
    hasRuns: false,
  },
  {
    name: "Oh Dear",
    said: (what, { uuid }) => [
      `/ping/${uuid}/${{ start: "starting", success: "finished", fail: "failed" }[what]}`,
      json({}),
    ],
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: null,
    hasRuns: false,
  },
  {
    name: "Cronhub",
    said: (what, { uuid }) => [`/${{ start: "start", success: "finish", fail: "fail" }[what]}/${uuid}`],
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: null,
    hasRuns: false,
  },
  {
    name: "Checkly",
    said: (what, { uuid }) => (what === "success" ? [`/heartbeats/ping/${uuid}`] : null),
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: null,
    hasRuns: false,
  },
  {
    name: "Gatus",
    said: (what, { key, slug }) =>
      what === "start"
        ? null
        : [
            `/api/v1/endpoints/${slug}/external?success=${what === "success"}`,
            { method: "POST", headers: { authorization: `Bearer ${key}` } },
          ],
    stored: [200, ""],
    unknown: 404,
    wrongKey: 401,
    hasRuns: false,
  },
  {
    name: "Opsgenie",
    said: (what, { key, slug }) =>
      what === "success"
        ? [`/v2/heartbeats/${slug}/ping`, { headers: { authorization: `GenieKey ${key}` } }]
        : null,
    stored: [
      202,
      '{"result":"PONG - Heartbeat received","took":0,"requestId":"00000000-0000-4000-8000-000000000000"}',
    ],
    unknown: 404,
    wrongKey: 401,
    hasRuns: false,
  },
  {
    name: "AppSignal",
    said: (what, { key, slug, run }) =>
      what === "fail"
        ? null
        : [
            `/check_ins/json?api_key=${key}`,
            json({
              identifier: slug,
              digest: run,
              kind: what === "start" ? "start" : "finish",
              timestamp: 1,
            }),
          ],
    stored: [200, ""],
    unknown: 404,
    wrongKey: 401,
    hasRuns: true,
  },
  {
    name: "Alertmanager",
    said: (what, { key, slug }) =>
      what === "success"
        ? [`/alertmanager/${key}`, json({ alerts: [{ status: "firing", labels: { check: slug } }] })]
        : null,
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: 401,
    hasRuns: false,
  },
  {
    name: "the Pushgateway",
    said: (what, { key, slug }) =>
      what === "success"
        ? [`/pushgateway/${key}/metrics/job/${slug}`, { method: "PUT", body: "x 1\n" }]
        : null,
    stored: [200, "OK"],
    unknown: 404,
    wrongKey: 401,
    hasRuns: false,
  },
  {
    name: "our own JSON",
    said: (what, { key, slug, run }) => [
      "/v1/ping",
      { ...json({ check: slug, kind: what, runId: run }), headers: { authorization: `Bearer ${key}` } },
    ],
    stored: [200, '{"stored":true}'],
    unknown: 404,
    wrongKey: 401,
    hasRuns: true,
  },
];

const NOBODY = "00000000-0000-4000-8000-000000000000";
const run = (digit: number) => String(digit).repeat(32);
const ANYBODY = { key: NOBODY, slug: "nightly", uuid: NOBODY, run: run(1) };

test.each(CASES)(
  "$name: what a client says is stored, and answered as it expects",
  async ({ said, stored }) => {
    const { uuid, pingKey: key, pings } = await project();
    const expected: string[] = [];
    for (const what of ["start", "success", "fail"] as const) {
      const request = said(what, { key, slug: "nightly", uuid, run: run(what === "fail" ? 2 : 1) });
      if (request === null) continue;
      expected.push(what);
      const { status, text, headers } = await send(...request);
      expect([what, status, text]).toEqual([
        what,
        stored[0],
        stored[1].replace("RUN", run(what === "fail" ? 2 : 1)),
      ]);
      expect(headers.get("retry-after")).toBeNull();
    }
    expect((await pings()).map((ping) => ping.split(" ")[0])).toEqual(expected);
  },
);

test.each(CASES.filter(({ hasRuns }) => hasRuns))(
  "$name: an end before its start, an end that is sent again, and a run that never ends",
  async ({ said }) => {
    const { uuid, pingKey: key, runs } = await project();
    const to = (digit: number) => ({ key, slug: "nightly", uuid, run: run(digit) });
    for (const [what, digit] of [
      ["success", 1],
      ["start", 1],
      ["start", 2],
      ["success", 2],
      ["success", 2],
      ["start", 3],
    ] as const) {
      const request = said(what, to(digit));
      if (request !== null) await send(...request);
    }
    expect((await runs()).map(({ outcome }) => outcome)).toEqual(["success", "success", "running"]);
  },
);

test.each(CASES.filter(({ said, hasRuns }) => !hasRuns && said("start", ANYBODY) !== null))(
  "$name: a start whose end never comes leaves its run open, and a late end closes it",
  async ({ said }) => {
    const { uuid, pingKey: key, runs } = await project();
    const to = { key, slug: "nightly", uuid, run: run(1) };
    const outcomesAfter = async (what: "start" | "success" | "fail") => {
      await send(...(said(what, to) ?? [""]));
      return (await runs()).map(({ outcome }) => outcome);
    };
    expect(await outcomesAfter("success")).toEqual(["success"]);
    expect(await outcomesAfter("start")).toEqual(["success", "running"]);
    expect(await outcomesAfter("fail")).toEqual(["success", "fail"]);
  },
);

test.each(CASES)("$name: an unknown check and a wrong key make nothing", async (one) => {
  const { pingKey, all } = await project();
  const to = { slug: "db-vacuum", uuid: NOBODY, run: run(1) };
  for (const [key, status] of [
    [pingKey, one.unknown],
    ["nobody0has0this0key0000", one.wrongKey],
  ] as const) {
    const request = one.said("success", { ...to, key }) ?? one.said("fail", { ...to, key });
    if (request === null || status === null) continue;
    const { status: answered, headers } = await send(...request);
    expect([key, answered]).toEqual([key, status]);
    expect(headers.get("retry-after")).toBeNull();
  }
  expect(await all()).toHaveLength(1);
});

test("what is sent too often is one ping: tries of one stamp", async () => {
  const { pingKey, pings } = await project();
  for (const attempt of [1, 2, 3])
    await send(`/ping/${pingKey}/nightly?state=tick&stamp=1718000000.123&try=${attempt}`);
  await send(`/ping/${pingKey}/nightly?state=tick&stamp=1718000060.123&try=1`);
  expect(await pings()).toEqual(["success", "success"]);
});

test("how long a run took is taken from its client where its start was not received", async () => {
  const { pingKey, runs } = await project();
  await send(`/v1/check_in/${pingKey}/nightly`, json({ check_in: { status: "success", duration: 63_000 } }));
  expect(await runs()).toMatchObject([{ outcome: "success", durationMs: 63_000 }]);
});

const CONFIG = {
  schedule: { type: "crontab", value: "0 3 * * *" },
  timezone: "Europe/Berlin",
  checkin_margin: 10,
  max_runtime: 60,
};

const checkIn = (key: string, more: object, sent: Sent = {}): [string, Sent] => [
  `/api/1/envelope/?sentry_key=${key}`,
  {
    method: "POST",
    body: `{}\n{"type":"check_in"}\n${JSON.stringify({ check_in_id: run(1), monitor_slug: "My Job! ü", status: "ok", ...more })}`,
    ...sent,
  },
];

test("a check-in with a monitor_config makes its check, and follows it as the code changes", async () => {
  const { pingKey, all, as, path, pings } = await project();
  await send(...checkIn(pingKey, { monitor_config: CONFIG }));
  const made = (await all()).find(({ slug }) => slug === "my-job-u");
  expect(made).toMatchObject({
    name: "My Job! ü",
    graceSeconds: 600,
    maxRuntimeSeconds: 3_600,
    schedule: { kind: "cron", expression: "0 3 * * *", timezone: "Europe/Berlin" },
  });
  expect(await pings(made?.id)).toEqual(["success"]);
  const settings = async () => await read<Check>(await as("GET", `${path}/checks/${made?.id}`));

  await as("PATCH", `${path}/checks/${made?.id}`, { graceSeconds: 1_800 });
  await send(...checkIn(pingKey, { check_in_id: run(2), monitor_config: CONFIG }));
  expect(await settings()).toMatchObject({ graceSeconds: 1_800 });

  const schedule = { type: "interval", value: 2, unit: "hour" };
  await send(...checkIn(pingKey, { check_in_id: run(3), monitor_config: { ...CONFIG, schedule } }));
  expect(await settings()).toMatchObject({
    graceSeconds: 600,
    schedule: { kind: "interval", everySeconds: 7_200 },
  });

  // What cannot be read leaves it as it is.
  const never = { type: "crontab", value: "every now and then" };
  expect(
    await send(...checkIn(pingKey, { check_in_id: run(4), monitor_config: { schedule: never } })),
  ).toMatchObject({ status: 200 });
  expect(await settings()).toMatchObject({ graceSeconds: 600 });
});

test("the end of a run that comes before its start has made the check is not lost", async () => {
  const { pingKey, all, runs } = await project();
  const end = send(...checkIn(pingKey, {}));
  await send(...checkIn(pingKey, { status: "in_progress", monitor_config: CONFIG }));
  await end;
  const made = (await all()).find(({ slug }) => slug === "my-job-u");
  expect((await runs(made?.id)).map(({ outcome }) => outcome)).toEqual(["success"]);
});

test("a monitor_config changes no check that people made, and makes none again that they deleted", async () => {
  const { pingKey, check, all, as, path, pings } = await project();
  await send(...checkIn(pingKey, { monitor_slug: "nightly", monitor_config: CONFIG }));
  expect(await pings()).toEqual(["success"]);
  expect(await all()).toMatchObject([{ schedule: HOURLY.schedule }]);
  await as("DELETE", `${path}/checks/${check.id}`);
  await send(...checkIn(pingKey, { monitor_slug: "nightly", monitor_config: CONFIG }));
  expect(await all()).toEqual([]);
});

test("a project says whether pings may make checks: never, where they ask for it, or always", async () => {
  const { pingKey, all, as, path } = await project();
  const names = async () => (await all()).map(({ slug }) => slug).toSorted();
  await as("PATCH", path, { checksFromPings: "never" });
  await send(...checkIn(pingKey, { monitor_config: CONFIG }));
  expect((await send(`/ping/${pingKey}/asked?create=1`)).status).toBe(404);
  expect(await names()).toEqual(["nightly"]);

  await as("PATCH", path, { checksFromPings: "always" });
  await send(`/p/${pingKey}/Other%20Job?state=run`);
  expect((await send(`/ping/${pingKey}/unasked`)).status).toBe(201);
  expect(await all()).toEqual(
    expect.arrayContaining([expect.objectContaining({ name: "Other Job", slug: "other-job" })]),
  );
  expect(await names()).toEqual(["nightly", "other-job", "unasked"]);
});

test.each([
  ["gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
] as const)("a body that is packed by %s is read", async (encoding, pack) => {
  const { pingKey, pings } = await project();
  const [url, { body = "" }] = checkIn(pingKey, { monitor_slug: "nightly" });
  const packed = new Uint8Array(pack(body));
  const { status } = await send(url, {
    method: "POST",
    body: packed,
    headers: { "content-encoding": encoding },
  });
  expect([status, await pings()]).toEqual([200, ["success"]]);
});

test.each<[string, Sent]>([
  ["is not packed as it says", { body: "hello", headers: { "content-encoding": "gzip" } }],
  ["is packed in an unknown way", { body: "hello", headers: { "content-encoding": "lzw" } }],
  [
    "unpacks to far too much",
    { body: new Uint8Array(gzipSync(Buffer.alloc(20_000_000))), headers: { "content-encoding": "gzip" } },
  ],
  ["is no envelope", { body: "hello" }],
  ["is empty", {}],
  ["is binary", { body: new Uint8Array([0, 255, 254, 10, 0]) }],
])("an envelope that %s gets Sentry's 400 at once", async (_, sent) => {
  const { pingKey } = await project();
  const { status, text } = await send(`/api/1/envelope/?sentry_key=${pingKey}`, { method: "POST", ...sent });
  expect([status, JSON.parse(text)]).toEqual([400, { detail: expect.any(String) as string }]);
});

test("a ping host speaks every dialect too, and a browser may ask beforehand", async () => {
  const hosts = await testApi({ pingHosts: ["cronitor.test"], pingUrlBase: "http://cronitor.test/" });
  const get = async (path: string, init: Sent = {}) =>
    (
      await hosts.app.request(`http://cronitor.test${path}`, {
        ...init,
        headers: { ...init.headers, host: "cronitor.test" },
      })
    ).status;
  expect(await get(`/p/nobody0has0this0key0000/x?state=run`)).toBe(401);
  expect(await get(`/api/push/${NOBODY}`)).toBe(404);
  const preflight = { method: "OPTIONS", headers: { "access-control-request-method": "POST" } };
  expect(await get("/api/1/envelope/", preflight)).toBe(204);
});

test.each([
  [{ check: "nightly", kind: "maybe" }, 400, "invalid_input", "kind must be start, success, fail or log"],
  [{ check: "nightly", kind: "fail", exitStatus: 300 }, 400, "invalid_input", "exitStatus must be"],
  ["no JSON", 400, "invalid_input", "the body must be an object in JSON"],
  [{ check: "weekly", kind: "success" }, 404, "not_found", "check: there is no such check"],
  [
    { check: "\u0000\ud800", kind: "success", runId: "\u0000", body: "\ud800\u0000" },
    404,
    "not_found",
    "check:",
  ],
])("a ping as JSON that is refused, %j, is answered as all of /v1", async (sent, status, code, detail) => {
  const { pingKey } = await project();
  const body = typeof sent === "string" ? sent : JSON.stringify(sent);
  const answer = await send("/v1/ping", {
    method: "POST",
    body,
    headers: { authorization: `Bearer ${pingKey}` },
  });
  expect(answer.headers.get("content-type")).toBe("application/problem+json");
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    status,
    expect.objectContaining({ type: "about:blank", status, code, detail: expect.stringContaining(detail) }),
  ]);
});

test("a plain ping that says in Oh Dear's fields that it failed is a failure", async () => {
  const { uuid, pings } = await project();
  const body = JSON.stringify({ exit_code: 3, runtime: 1.5, memory: 42 });
  const answer = await send(`/ping/${uuid}`, { method: "POST", body });
  expect(answer.status).toBe(200);
  expect((await pings()).map((ping) => ping.split(" ")[0])).toEqual(["fail"]);
});

test("a key with a byte that no key has is unknown, and not a reason to try again", async () => {
  expect((await send("/p/%00/nightly?state=run")).status).toBe(401);
  expect((await send("/api/1/cron/nightly/k%00y/?status=ok")).status).toBe(401);
});
