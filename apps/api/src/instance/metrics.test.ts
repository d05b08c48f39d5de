import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { serveOverHttp } from "../../test/healthchecks/serve.ts";
import { testApi } from "../../test/test-api.ts";

const api = await testApi({ metricsToken: "a long enough token", publicUrl: "http://localhost:8000" });

async function ask(socketAddress: string, headers: Record<string, string> = {}): Promise<number> {
  api.deps.socketAddress = () => socketAddress;
  return (await api.call("GET", "/metrics", { headers })).status;
}

test.each([
  ["the machine itself", "127.0.0.1", {}, 200],
  ["the machine itself by IPv6", "::1", {}, 200],
  ["another machine", "192.0.2.7", {}, 401],
  ["a visitor of a proxy on this machine", "127.0.0.1", { "x-forwarded-for": "192.0.2.7" }, 401],
  ["a visitor of a proxy that names only the scheme", "127.0.0.1", { "x-forwarded-proto": "https" }, 401],
  ["the holder of the token", "192.0.2.7", { authorization: "Bearer a long enough token" }, 200],
  ["the holder of another token", "127.0.0.1", { authorization: "Bearer a wrong but long one" }, 401],
])("%s asks for metrics", async (_, address, headers, status) => {
  expect(await ask(address, headers)).toBe(status);
});

test("behind a proxy that says nothing of its visitors only the token opens metrics", async () => {
  const behind = await testApi({ metricsToken: null, publicUrl: "https://overdue.example.org" });
  behind.deps.socketAddress = () => "127.0.0.1";
  const refused = await behind.call("GET", "/metrics");
  expect(refused.status).toBe(401);
  expect(await refused.text()).toContain("Send METRICS_TOKEN as the bearer token.");
  expect((await api.app.request("https://overdue.example.org/metrics")).status).toBe(401);
});

test("requests are counted by their route and never by an id", async () => {
  await api.call("GET", "/v1/projects/01900000-0000-7000-8000-000000000000");
  api.deps.socketAddress = () => "127.0.0.1";
  const text = await (await api.call("GET", "/metrics")).text();
  expect(text).toContain('route="/v1/projects/:projectId"');
  expect(text).not.toContain("01900000");
});

test("METRICS_TOKEN opens both kinds of metrics of a running api, and no other token does", async () => {
  const { url } = await serveOverHttp({ METRICS_TOKEN: "let-me-measure" });
  const ask = async (path: string, headers: Record<string, string>) =>
    (await fetch(`${url}${path}`, { headers: { "x-forwarded-for": "192.0.2.7", ...headers } })).status;
  expect(await ask("/metrics", { authorization: "Bearer let-me-measure" })).toBe(200);
  expect(await ask("/metrics", { authorization: "Bearer let-me-guess-it" })).toBe(401);
  expect(await ask("/metrics", {})).toBe(401);
  expect(await ask("/api/v3/metrics/", { "x-metrics-key": "let-me-measure" })).toBe(200);
  expect(await ask("/api/v3/metrics/", { "x-metrics-key": "let-me-guess-it" })).toBe(403);
});

test("a ping is counted with the time until it was stored", async () => {
  const { url } = await serveOverHttp();
  await fetch(`${url}/ping/${randomUUID()}`);
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: "Bearer let-me-measure" } });
  expect(await answer.text()).toContain("overdue_ping_store_seconds_count 1");
});
