import { expect, test } from "vitest";

import { HOURLY } from "../../test/one-of-everything.ts";
import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();

type Problem = { metric: string; problem: string };
type Ping = { kind: string; note: string | null; metrics: { values: object; problems: Problem[] } | null };
type Run = { outcome: string; metrics: object | null };

/** A project with one check, whose slug is "nightly". */
async function project(settings: object = {}) {
  const { as, path } = await person(api);
  const made = await as("POST", `${path}/checks`, { ...HOURLY, slug: "nightly", ...settings });
  const check = await read<{ id: string; pingUrl: string }>(made);
  const { pingKey } = await read<{ pingKey: string }>(await as("GET", path));
  const list = async <Item>(of: string) =>
    (await read<{ items: Item[] }>(await as("GET", `${path}/checks/${check.id}/${of}`))).items;
  const uuid = check.pingUrl.split("/").at(-1) ?? "";
  const overview = async () =>
    (await read<{ items: { status: string; metric?: object }[] }>(await as("GET", `${path}/check-overviews`)))
      .items[0];
  return { as, path, check, uuid, pingKey, list, overview };
}

type Sent = { method?: string; headers?: Record<string, string>; body?: string };
type To = { uuid: string; key: string };
const json = (body: unknown, headers: Record<string, string> = {}): Sent => ({
  method: "POST",
  body: JSON.stringify(body),
  headers,
});

test.each<[string, (to: To) => [string, Sent?], object]>([
  ["a query", ({ uuid }) => [`/ping/${uuid}?metric.rows=1204&metric.bytes=7e9`], { rows: 1204, bytes: 7e9 }],
  [
    "a body in JSON, whatever its type is said to be",
    ({ uuid }) => [`/ping/${uuid}`, json({ log: "done", metrics: { rows: 1204 } })],
    { rows: 1204 },
  ],
  [
    "both, where the query counts",
    ({ uuid }) => [`/ping/${uuid}/0?metric.rows=2`, json({ metrics: { rows: 1, files: 3 } })],
    { rows: 2, files: 3 },
  ],
  ["a slug", ({ key }) => [`/ping/${key}/nightly?metric.rows=5`], { rows: 5 }],
  [
    "Cronitor's command line",
    ({ key }) => [`/ping/${key}/nightly?state=complete&duration=2&metric=count:rows:4&metric=length:120`],
    { rows: 4, length: 120 },
  ],
  [
    "Cronitor's libraries, whose duration is how long the run took",
    ({ key }) => [`/p/${key}/nightly?state=complete&metric=duration:1.5&metric=error_count:0`],
    { error_count: 0 },
  ],
  [
    "Cronitor's events, which have no state",
    ({ key }) => [`/ping/${key}/nightly?metric=count:10&metric=error_count:1`],
    { count: 10, error_count: 1 },
  ],
  ["Uptime Kuma", ({ uuid }) => [`/api/push/${uuid}?status=up&msg=OK&ping=12.5`], { ping: 12.5 }],
  [
    "Oh Dear",
    ({ uuid }) => [`/ping/${uuid}/finished`, json({ runtime: 3, exit_code: 0, memory: 2048 })],
    { memory: 2048 },
  ],
  [
    "Pushgateway",
    ({ key }) => [
      `/pushgateway/${key}/metrics/job/nightly`,
      {
        method: "PUT",
        body: '# TYPE backup_bytes gauge\nbackup_bytes 7.1e+09\nfiles{kind="new"} 4\nrows 12 1795138800000\nbackup_bytes_created 1.7e9\nage NaN\n',
      },
    ],
    { backup_bytes: 7.1e9, rows: 12 },
  ],
  [
    "our own form in JSON",
    ({ uuid }) => ["/v1/ping", json({ check: uuid, kind: "success", metrics: { rows: 3 } })],
    { rows: 3 },
  ],
])("numbers in %s are those of the run", async (_, form, metrics) => {
  const { uuid, pingKey, list } = await project();
  const [path, sent] = form({ uuid, key: pingKey });
  const answer = await api.app.request(path, sent);
  expect(answer.ok).toBe(true);
  expect(await list<Run>("runs")).toMatchObject([{ outcome: "success", metrics }]);
  expect(await list<Ping>("pings")).toMatchObject([{ metrics: { values: metrics, problems: [] } }]);
});

test.each<[string, (to: To) => [string, Sent?], object, Problem[]]>([
  [
    "a word",
    ({ uuid }) => [`/ping/${uuid}?metric.rows=abc&metric.files=2`],
    { files: 2 },
    [{ metric: "rows", problem: "“abc” is no number" }],
  ],
  [
    "a name that nobody may choose",
    ({ uuid }) => [`/ping/${uuid}?metric.${encodeURIComponent("a b\u0000")}=1`],
    {},
    [
      {
        metric: "a b\\u0000",
        problem: "a name begins with a letter and has only letters, digits, _, - and .",
      },
    ],
  ],
  [
    "NaN in a body",
    ({ uuid }) => [`/ping/${uuid}`, { method: "POST", body: '{"metrics":{"rows":NaN}}' }],
    {},
    [{ metric: "metrics", problem: "the body is not valid JSON" }],
  ],
  [
    "a text in our own form",
    ({ uuid }) => ["/v1/ping", json({ check: uuid, kind: "success", metrics: "many" })],
    {},
    [{ metric: "metrics", problem: "it must be an object of numbers by name" }],
  ],
])("a number that cannot be read costs no ping, and is named: %s", async (_, form, values, problems) => {
  const { uuid, pingKey, list } = await project();
  const answer = await api.app.request(...form({ uuid, key: pingKey }));
  expect(answer.status).toBe(200);
  expect(await list<Run>("runs")).toMatchObject([{ outcome: "success" }]);
  expect((await list<Ping>("pings"))[0]?.metrics).toEqual({ values, problems });
});

test("pings without numbers have none, and what Healthchecks ignores is ignored", async () => {
  const { uuid, list } = await project();
  await api.app.request(`/ping/${uuid}?rows=3&metrics=4`);
  await api.app.request(`/ping/${uuid}`, { method: "POST", body: '{"rows": 3}' });
  // Without numbers it is the first one again.
  await api.app.request(`/api/push/${uuid}?status=up&msg=OK&ping=`);
  expect((await list<Run>("runs")).map(({ metrics }) => metrics)).toEqual([null, null]);
  expect((await list<Ping>("pings")).map(({ metrics }) => metrics)).toEqual([null, null, null]);
});

test("two reports within seconds are no repeats of each other where their numbers differ", async () => {
  const { uuid, list, overview } = await project({ metricLimits: [{ metric: "depth", max: 0 }] });
  for (const depth of [4, 4, 0]) await api.app.request(`/ping/${uuid}?metric.depth=${depth}`);
  expect((await list<Ping>("pings")).map(({ note }) => note)).toEqual([null, "duplicate", null]);
  expect(await overview()).toMatchObject({ status: "up", metric: { name: "depth", value: 0, isGood: true } });
});

test("the numbers of a check are read as charts need them, those of its limits first", async () => {
  const limits = [{ metric: "rows", outliers: "note" }];
  const { as, path, check, uuid, list } = await project({ metricLimits: limits });
  for (let run = 0; run < 12; run += 1)
    await api.app.request(`/ping/${uuid}?metric.rows=${100 + run}&metric.bytes=${run}`);
  const [rows, bytes] = await list<{ metric: string; usual: object | null; items: { value: number }[] }>(
    "metrics",
  );
  expect(rows).toMatchObject({ metric: "rows", usual: { runs: 12 } });
  expect(rows?.items.map(({ value }) => value)).toEqual(Array.from({ length: 12 }, (_, run) => 100 + run));
  expect(bytes).toMatchObject({ metric: "bytes", usual: null });
  const csv = await as(
    "GET",
    `${path}/export?rows=runs&checkId=${check.id}&from=2020-01-01T00:00:00Z&until=2100-01-01T00:00:00Z`,
  );
  expect(await csv.text()).toContain('{""rows"":100,""bytes"":0}');
});

test.each<[unknown, string, string]>([
  [[{ metric: "rows", required: false }], "metricLimits.0.required", "asks for nothing"],
  [[{ metric: "rows", min: 2, max: 1 }], "metricLimits.0.min", "min must not be more than max"],
  [[{ metric: "no blank", min: 1 }], "metricLimits.0.metric", "begins with a letter"],
  [[{ metric: "rows", min: "1" }], "metricLimits.0.min", "min must be a number"],
  [
    [
      { metric: "rows", min: 1 },
      { metric: "rows", max: 2 },
    ],
    "metricLimits",
    "each metric has one limit",
  ],
  [Array.from({ length: 11 }, (_, i) => ({ metric: `m${i}`, min: 1 })), "metricLimits", "at most 10"],
])("limits that make no sense are refused at their field: %j", async (metricLimits, field, sentence) => {
  const { as, path, check } = await project();
  const answer = await as("PATCH", `${path}/checks/${check.id}`, { metricLimits });
  expect(answer.status).toBe(400);
  const text = await answer.text();
  expect(text).toContain(`"${field}"`);
  expect(text).toContain(sentence);
});

test("a limit says what it leaves out", async () => {
  const { as, path, check } = await project({ metricLimits: [{ metric: "rows", min: 1 }] });
  expect(await read(await as("GET", `${path}/checks/${check.id}`))).toMatchObject({
    metricLimits: [{ metric: "rows", min: 1, max: null, required: true, outliers: "allow" }],
  });
});
