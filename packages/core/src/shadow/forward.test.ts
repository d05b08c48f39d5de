import { describe, expect, test } from "vitest";

import { type ForwardedPing, forwardRequest, type OldProduct } from "./forward.ts";

const RUN = "83a7c03e-d0a0-4e1b-97e2-e3b18d38f244";
const UUID = "123e4567-e89b-12d3-a456-426614174000";
const check = { key: "k3y", slug: "nightly", pingUuid: UUID };

const success: ForwardedPing = {
  cameAs: null,
  kind: "success",
  exitStatus: null,
  runId: null,
  durationMs: null,
  method: "GET",
  query: "",
  userAgent: "curl/8",
  at: 1_718_000_000_123,
};

function line(there: OldProduct, ping: Partial<ForwardedPing> = {}, body = ""): string | null {
  const request = forwardRequest({ there, check, ping: { ...success, ...ping }, body });
  if (request === null) return null;
  return [request.method, request.url, request.body].filter((part) => part !== null).join(" ");
}

const at = (product: OldProduct["product"], pingUrl: string, pingKey = ""): OldProduct => ({
  product,
  pingUrl,
  pingKey,
});

const HEALTHCHECKS = at("healthchecks", "https://hc-ping.com/");
const BY_SLUG = at("healthchecks", "https://hc-ping.com", "p1ngk3y");
const CRONITOR = at("cronitor", "https://cronitor.link", "apik3y");
const KUMA = at("uptime-kuma", "https://kuma.example");
const SNITCH = at("dead-mans-snitch", "https://nosnch.in");
const BETTER = at("better-stack", "https://uptime.betterstack.com");
const SENTRY = at("sentry", "https://o1.ingest.sentry.io/42", "public");
const BADGER = at("honeybadger", "https://api.honeybadger.io");
const OTHER = at("other", "https://old.example/{kind}/{slug}?c={exit_status}&id={run_id}");

type Row = [there: OldProduct, ping: Partial<ForwardedPing>, body: string, request: string | null];

describe("a ping in the form of the product that it goes to", () => {
  test.each<Row>([
    [HEALTHCHECKS, {}, "", "GET https://hc-ping.com/k3y"],
    [HEALTHCHECKS, { kind: "start", runId: RUN }, "", `GET https://hc-ping.com/k3y/start?rid=${RUN}`],
    [HEALTHCHECKS, { kind: "fail", exitStatus: 3 }, "disk full", "POST https://hc-ping.com/k3y/3 disk full"],
    [HEALTHCHECKS, { kind: "log", method: "PUT" }, "", "POST https://hc-ping.com/k3y/log"],
    [BY_SLUG, { kind: "fail" }, "", "GET https://hc-ping.com/p1ngk3y/k3y/fail"],
    [CRONITOR, {}, "", "GET https://cronitor.link/p/apik3y/k3y?state=complete&stamp=1718000000.123"],
    [
      CRONITOR,
      { kind: "fail", exitStatus: 2, runId: RUN, durationMs: 1_500 },
      "no space",
      `GET https://cronitor.link/p/apik3y/k3y?state=fail&series=${RUN}&status_code=2&metric=duration%3A1.5&message=no+space&stamp=1718000000.123`,
    ],
    [
      CRONITOR,
      { cameAs: "cronitor", kind: "start", query: "host=db1&metric=count:5" },
      "",
      "GET https://cronitor.link/p/apik3y/k3y?state=run&host=db1&metric=count:5",
    ],
    [KUMA, {}, "", "GET https://kuma.example/api/push/k3y?status=up&msg=OK&ping="],
    [
      KUMA,
      { kind: "fail", durationMs: 20 },
      "boom",
      "GET https://kuma.example/api/push/k3y?status=down&msg=boom&ping=20",
    ],
    [KUMA, { kind: "start" }, "", null],
    [
      KUMA,
      { kind: "start", cameAs: "uptime-kuma", query: "status=up&msg=start" },
      "",
      "GET https://kuma.example/api/push/k3y?status=up&msg=start",
    ],
    [SNITCH, {}, "done", "GET https://nosnch.in/k3y?m=done&s="],
    [SNITCH, { kind: "fail" }, "", "GET https://nosnch.in/k3y?m=&s=1"],
    [SNITCH, { kind: "log" }, "", null],
    [BETTER, { kind: "fail" }, "out", "POST https://uptime.betterstack.com/api/v1/heartbeat/k3y/fail out"],
    [BETTER, { method: "HEAD" }, "", "GET https://uptime.betterstack.com/api/v1/heartbeat/k3y"],
    [
      SENTRY,
      { kind: "start", runId: RUN },
      "",
      `GET https://o1.ingest.sentry.io/api/42/cron/k3y/public?status=in_progress&environment=production&check_in_id=${RUN}`,
    ],
    [SENTRY, { kind: "log" }, "", null],
    [
      BADGER,
      { kind: "fail", exitStatus: 1, durationMs: 900 },
      "x",
      'POST https://api.honeybadger.io/v1/check_in/k3y {"check_in":{"status":"error","duration":900,"exit_code":1,"stdout":"x"}}',
    ],
    [
      OTHER,
      { kind: "fail", exitStatus: 7, runId: RUN },
      "",
      `GET https://old.example/fail/nightly?c=7&id=${RUN}`,
    ],
  ])("%o %o", (there, ping, body, request) => {
    expect(line(there, ping, body)).toBe(request);
  });
});

test("a key with signs of a path stays one part of it", () => {
  const request = forwardRequest({
    there: CRONITOR,
    check: { ...check, key: "../../x?y" },
    ping: success,
    body: "",
  });
  expect(request?.url).toContain("https://cronitor.link/p/apik3y/..%2F..%2Fx%3Fy?");
});
