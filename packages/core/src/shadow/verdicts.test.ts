import { expect, test } from "vitest";

import { readVerdicts, verdictRequest } from "./verdicts.ts";

test.each([
  [
    "healthchecks",
    "https://healthchecks.io/",
    "https://healthchecks.io/api/v3/checks/",
    { "x-api-key": "k" },
  ],
  [
    "cronitor",
    "https://cronitor.io",
    "https://cronitor.io/api/monitors?page=1",
    { authorization: "Basic azo=" },
  ],
  [
    "dead-mans-snitch",
    "https://api.deadmanssnitch.com",
    "https://api.deadmanssnitch.com/v1/snitches",
    { authorization: "Basic azo=" },
  ],
  [
    "better-stack",
    "https://uptime.betterstack.com",
    "https://uptime.betterstack.com/api/v2/heartbeats",
    { authorization: "Bearer k" },
  ],
] as const)("%s is asked by its own API", (product, apiUrl, url, headers) => {
  expect(verdictRequest({ product, apiUrl, apiKey: "k" })).toEqual({ url, headers });
});

test("Uptime Kuma and an address of one's own cannot be asked", () => {
  expect(verdictRequest({ product: "uptime-kuma", apiUrl: "https://x.example", apiKey: "k" })).toBeNull();
  expect(verdictRequest({ product: "other", apiUrl: "https://x.example", apiKey: "k" })).toBeNull();
});

const read = (product: Parameters<typeof readVerdicts>[0], value: unknown, url = "https://old.example/api") =>
  readVerdicts(product, { url, text: JSON.stringify(value) });

test("Healthchecks: late is not yet down, a new check is not watched, a read-only key hides the UUID", () => {
  expect(
    read("healthchecks", {
      checks: [
        { uuid: "u1", slug: "a", status: "grace", grace: 300, ping_url: "https://hc-ping.com/u1" },
        { unique_key: "f1", slug: "b", status: "down", grace: 60 },
        { uuid: "u3", slug: "", status: "new", grace: 60 },
        { uuid: "u4", slug: "d", status: "some day" },
      ],
    }),
  ).toEqual({
    next: null,
    verdicts: [
      { keys: ["u1", "u1", "a"], status: "up", graceSeconds: 300 },
      { keys: ["f1", "b"], status: "down", graceSeconds: 60 },
      { keys: ["u3"], status: "paused", graceSeconds: 60 },
    ],
  });
});

test("Cronitor: page after page", () => {
  const monitors = [
    { key: "a", name: "A", passing: true, paused: false, initialized: true, grace_seconds: 0 },
    { key: "b", name: "B", passing: false, paused: false, initialized: true },
    { key: "c", name: "C", passing: true, paused: true, initialized: true },
    { key: "d", name: "D", passing: true, paused: false, initialized: false },
  ];
  const page = (number: number) =>
    read(
      "cronitor",
      { monitors, page_size: 4, total_monitor_count: 7 },
      `https://cronitor.io/api/monitors?page=${number}`,
    );
  expect(page(1)).toMatchObject({
    next: "https://cronitor.io/api/monitors?page=2",
    verdicts: [
      { keys: ["a", "A"], status: "up", graceSeconds: 0 },
      { keys: ["b", "B"], status: "down", graceSeconds: null },
      { keys: ["c", "C"], status: "paused" },
      { keys: ["d", "D"], status: "paused" },
    ],
  });
  expect(page(2)).toMatchObject({ next: null });
});

test("Dead Man's Snitch: a bare list", () => {
  expect(read("dead-mans-snitch", [{ token: "c2354d53d2", name: "Backup", status: "missing" }])).toEqual({
    next: null,
    verdicts: [{ keys: ["c2354d53d2", "Backup"], status: "down", graceSeconds: null }],
  });
});

test("Better Stack: the token is the end of the heartbeat's URL, and the next page is at the same server", () => {
  const attributes = {
    url: "https://uptime.betterstack.com/api/v1/heartbeat/t0k",
    name: "N",
    status: "up",
    grace: 9,
  };
  const first = "https://uptime.betterstack.com/api/v2/heartbeats";
  const answer = (next: string) => ({ data: [{ id: "1", attributes }], pagination: { next } });
  expect(read("better-stack", answer(`${first}?page=2`), first)).toEqual({
    next: `${first}?page=2`,
    verdicts: [{ keys: ["t0k", "N"], status: "up", graceSeconds: 9 }],
  });
  expect(read("better-stack", answer("https://evil.example/?page=2"), first)).toMatchObject({ next: null });
});

test.each(["<html>503 Service Unavailable</html>", "", "null", '{"error":"x"}'])(
  "an answer that is no list of checks is a problem: %s",
  (text) => {
    expect(readVerdicts("healthchecks", { url: "https://x.example", text })).toHaveProperty("problem");
  },
);
