import { expect, test } from "vitest";
import { mergeMetrics, metricsInBody, metricsInQuery, readMetrics } from "./read-metrics.ts";
import { metricNumber, shortMetricNumber } from "./metric-text.ts";

function metricsOfQuery(query: string) {
  return metricsInQuery(new URLSearchParams(query));
}

test.each<[string, Record<string, number>]>([
  ["metric.rows=1204&metric.bytes=7e9", { rows: 1204, bytes: 7e9 }],
  ["metric.a=7.5&metric.b=-3&metric.c=.5&metric.d=1.&metric.e=+2", { a: 7.5, b: -3, c: 0.5, d: 1, e: 2 }],
  ["metric.bytes=7.1e+09", { bytes: 7.1e9 }],
  ["metric.bytes=7E-3&metric.zero=-0", { bytes: 0.007, zero: 0 }],
  ["metric.rows=1&rid=x&create=1&metric.rows=2", { rows: 2 }],
  ["metric=count:10&metric=error_count:1", { count: 10, error_count: 1 }],
  ["metric=count:rows:4", { rows: 4 }],
  ["metric.constructor=1&metric.db.rows-in=2", { constructor: 1, "db.rows-in": 2 }],
])("%s", (query, values) => {
  expect(metricsOfQuery(query)).toEqual({ values, problems: [] });
});

test.each(["", "rid=1&due=2", "metrics=3", "rows=1204", "METRIC.rows=1"])("%s has no metrics", (query) => {
  expect(metricsOfQuery(query)).toBeNull();
});

test.each([
  ["metric.rows=abc", "rows", "“abc” is no number"],
  ["metric.rows=", "rows", "it has no value"],
  ["metric.bytes=7GB", "bytes", "“7GB” is no number: leave the unit out"],
  ["metric.bytes=7.1 GiB", "bytes", "“7.1 GiB” is no number: leave the unit out"],
  ["metric.share=97%25", "share", "“97%” is no number: leave the unit out"],
  [
    "metric.rows=1,204",
    "rows",
    "“1,204” is no number: write it without separators, with a point before decimals",
  ],
  ["metric.rows=NaN", "rows", "“NaN” is no number"],
  ["metric.rows=-Infinity", "rows", "“-Infinity” is no number"],
  ["metric.rows=0x1f", "rows", "“0x1f” is no number"],
  ["metric.rows=1e99", "rows", "“1e99” is too large"],
  ["metric.=1", "", "a name begins with a letter and has only letters, digits, _, - and ."],
  ["metric.9lives=1", "9lives", "a name begins with a letter and has only letters, digits, _, - and ."],
  ["metric.__proto__=1", "__proto__", "a name begins with a letter and has only letters, digits, _, - and ."],
  ["metric=rows", "rows", "it has no value"],
  [`metric.${"n".repeat(61)}=1`, `${"n".repeat(60)}…`, "a name has at most 60 characters"],
  [`metric.rows=${"9a".repeat(50)}`, "rows", `“${"9a".repeat(20)}…” is no number`],
  ["metric.rows=a%00%1bb", "rows", "“a\\u0000\\u001bb” is no number"],
])("%s is left out, with the reason", (query, metric, problem) => {
  expect(metricsOfQuery(query)).toEqual({ values: {}, problems: [{ metric, problem }] });
});

test("a ping has at most twenty metrics; the others are named", () => {
  const read = metricsOfQuery(Array.from({ length: 50 }, (_, i) => `metric.m${i}=${i}`).join("&"));
  expect(Object.keys(read?.values ?? {})).toHaveLength(20);
  expect(read?.problems).toHaveLength(20);
  expect(read?.problems[0]).toEqual({ metric: "m20", problem: "a ping has at most 20 metrics" });
});

test("of several with one name the last counts, also where it is no number", () => {
  expect(metricsOfQuery("metric.rows=1&metric.rows=x")).toMatchObject({
    values: {},
    problems: [{ metric: "rows" }],
  });
  expect(metricsOfQuery("metric.rows=x&metric.rows=1")).toEqual({ values: { rows: 1 }, problems: [] });
});

test.each<[string, ReturnType<typeof metricsInBody>]>([
  ['{"metrics":{"rows":1204,"bytes":7e9}}', { values: { rows: 1204, bytes: 7e9 }, problems: [] }],
  [' \n{"log":"…","metrics":{"rows":"12"}}\n', { values: { rows: 12 }, problems: [] }],
  ['{"metrics":{}}', null],
  ['{"metrics":null}', null],
  ['{"other":{"metrics":{"rows":1}}}', null],
  ["the job wrote 3 rows", null],
  ['[{"metrics":{"rows":1}}]', null],
  ['{"a":1} and more', null],
  [
    '{"metrics":{"rows":NaN}}',
    { values: {}, problems: [{ metric: "metrics", problem: "the body is not valid JSON" }] },
  ],
  [
    '{"metrics":[1,2]}',
    { values: {}, problems: [{ metric: "metrics", problem: "it must be an object of numbers by name" }] },
  ],
  [
    '{"metrics":{"rows":true,"files":2}}',
    { values: { files: 2 }, problems: [{ metric: "rows", problem: "it is no number" }] },
  ],
])("the body %s", (body, read) => {
  expect(metricsInBody(body, false)).toEqual(read);
});

test("a body that was cut cannot be read as JSON, and says so", () => {
  expect(metricsInBody('{"metrics":{"rows":1},"log":"', true)?.problems[0]?.problem).toContain("too long");
});

test("of two reports of one run the later one counts, also over a problem of the earlier one", () => {
  const earlier = readMetrics([
    ["rows", "x"],
    ["files", 1],
    ["bytes", 5],
  ]);
  expect(
    mergeMetrics(
      earlier,
      readMetrics([
        ["rows", 2],
        ["files", 3],
      ]),
    ),
  ).toEqual({
    values: { bytes: 5, rows: 2, files: 3 },
    problems: [],
  });
  expect(mergeMetrics(null, earlier)).toBe(earlier);
  expect(mergeMetrics(earlier, null)).toBe(earlier);
});

test.each([
  [7_123_456_789, "7,123,456,789", "7.12G"],
  [0, "0", "0"],
  [-1_500, "-1,500", "-1.5k"],
  [0.000123, "0.000123", "0.000123"],
  [1204.5, "1,204.5", "1.2k"],
  [1e18, "1,000,000,000,000,000,000", "1E"],
])("%d in words", (value, long, short) => {
  expect([metricNumber(value), shortMetricNumber(value)]).toEqual([long, short]);
});
