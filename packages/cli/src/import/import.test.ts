import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { ScheduleInput } from "@overdue/schedules";
import { expect, test } from "vitest";
import { parse } from "yaml";

import { EXPORTS } from "../../test/exports.ts";
import { type Imported, withOwnSlugs } from "./imported.ts";
import { readPages, SOURCES } from "./sources.ts";

/** `slug: schedule +grace …` of each check, or why there is none. */
const CHECKS: Readonly<Record<string, readonly string[]>> = {
  cronitor: [
    "nightly-backup: 30 2 * * * @Europe/Berlin, grace 600, max 900, bad 2, tags prod data-base → /p/PING_KEY/nightly-backup",
    "x7kd2p: 300 s, grace 60, paused → /p/PING_KEY/x7Kd2p",
    "purge: 0 * * * * @UTC kubernetes, grace 60, max 86400 → /p/PING_KEY/purge",
    "none",
    "none",
  ],
  kuma: [
    "backup-of-nas: 86400 s, grace 1800, tags room:cellar → /api/push/a1B2c3D4e5",
    "sync: 60 s, grace 60, paused → /api/push/zZ9",
    "none",
  ],
  sentry: [
    "send-invoices: 0 6 * * 1 @America/New_York, grace 600, max 2700, bad 2, tags project:billing → /api/1/cron/send-invoices/PING_KEY/",
    "poll: 600 s, grace 60, max 1800, paused → /api/1/cron/poll/PING_KEY/",
  ],
  deadmanssnitch: [
    "cleanup: 86400 s, grace 21600, tags ops → /ping/c2354d53d2",
    "every-half-hour: 1800 s, grace 450, paused → /ping/c2354d53d3",
    "none",
  ],
  betterstack: [
    "reports: 10800 s, grace 300 → /api/v1/heartbeat/aB3dE5fG7hJ9kL1m",
    "old: 60 s, grace 60, paused → /api/v1/heartbeat/zz",
  ],
  gatus: [
    "core_nightly-backup: 86400 s, grace 3600, bad 2, tags core → /api/v1/endpoints/core_nightly-backup/external",
    "none",
    "none",
  ],
  opsgenie: [
    "nightlyjob: 43200 s, grace 60, tags db team:data-team, critical → /v2/heartbeats/NightlyJob/ping",
    "off: 259200 s, grace 60, paused, warning → /v2/heartbeats/off/ping",
  ],
};

const PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  cronitor: [
    "Nightly backup: its assertion “metric.error_count < 5” is not carried over.",
    "Home page: it is a check: Overdue waits for jobs to report, and does not call addresses.",
    "Odd: its schedule, “at 10:00 and 22:00”, cannot be read: make its check by hand.",
  ],
  kuma: [
    "Sync: it is upside down there, which is not carried over: a ping is a success here.",
    "Sync: its interval of 20 s became a minute, the shortest one here.",
    "Shop: it is a monitor of the type http: Overdue waits for jobs to report, and does not call addresses.",
  ],
  sentry: ["Send invoices: its environments staging become checks of their own with their first check-in."],
  deadmanssnitch: [
    "Cleanup: its smart alerts are not carried over: the check's own page proposes a schedule from six runs on.",
    "Odd: its interval, “fortnightly”, is unknown: make its check by hand.",
  ],
  betterstack: [
    "Reports: its maintenance window is not carried over: make one under Maintenance.",
    "Reports: its escalation policy is not carried over: make an alert route.",
    "Old: its period of 30 s became a minute, the shortest one here.",
  ],
  gatus: [
    "by hand: it has no heartbeat, so that nothing is due: give it an interval there, or make its check by hand.",
    "website: it is an endpoint that Gatus calls: Overdue waits for jobs to report, and does not call addresses.",
  ],
  opsgenie: ["NightlyJob: its team data team is a tag here: make an alert route for it."],
};

const imported = (product: string): Imported[] =>
  withOwnSlugs(SOURCES[product]?.read(EXPORTS[product]) ?? []);

test("every product has an export here", () => {
  expect(Object.keys(EXPORTS)).toEqual(Object.keys(SOURCES));
});

test.each(Object.keys(SOURCES))("the monitors of %s become checks", (product) => {
  expect(imported(product).map(checkText)).toEqual(CHECKS[product]);
});

test.each(Object.keys(SOURCES))("of %s is said what could not be carried over", (product) => {
  expect(
    imported(product).flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`)),
  ).toEqual(PROBLEMS[product]);
});

test.each(Object.keys(SOURCES))("every schedule of %s is one that a check may have", (product) => {
  const schedules = imported(product).flatMap(({ check }) => (check === null ? [] : [check.schedule]));
  expect(schedules.map((schedule) => ScheduleInput.safeParse(schedule).error?.issues)).toEqual(
    schedules.map(() => undefined),
  );
});

test.each(Object.keys(SOURCES))("another text is not taken for an export of %s", (product) => {
  expect(SOURCES[product]?.read({ hello: "world" })).toBeNull();
});

test("Cronitor's YAML names the monitors by their keys", () => {
  const file = parse(
    "jobs:\n  nightly:\n    schedule: '0 1 * * *'\n    timezone: UTC\nheartbeats:\n  queue:\n    schedule: every 2 hours\n",
  );
  expect(SOURCES["cronitor"]?.read(file)?.map(checkText)).toEqual([
    "nightly: 0 1 * * * @UTC, grace 60, max 86400 → /p/PING_KEY/nightly",
    "queue: 7200 s, grace 60 → /p/PING_KEY/queue",
  ]);
});

test("two monitors of one name become two checks, and the same two each time", () => {
  const monitor = { name: "Sync", type: "push", interval: 60 };
  const slugs = () =>
    withOwnSlugs(
      SOURCES["kuma"]?.read([
        { ...monitor, pushToken: "first123" },
        { ...monitor, pushToken: "other456" },
      ]) ?? [],
    ).map(({ check }) => check?.slug);
  expect(slugs()).toEqual(["sync", "sync-other456"]);
  expect(slugs()).toEqual(slugs());
});

test("all pages of an API are read, with its key", async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.url} ${request.headers.authorization}`);
    const page = Number(new URL(request.url ?? "", "http://x").searchParams.get("page"));
    response.end(JSON.stringify({ monitors: page < 3 ? [{ key: `m${page}`, type: "job" }] : [] }));
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = SOURCES["cronitor"]?.api;
    const pages = api ? await readPages(api, { url, key: "abc", organization: "" }) : [];
    expect(pages).toHaveLength(3);
    expect(seen[0]).toBe(`/api/monitors?page=1 Basic ${btoa("abc:")}`);
  } finally {
    server.close();
  }
});

function checkText({ check, isPaused, path }: Imported): string {
  if (check === null) return "none";
  const { slug, schedule, graceSeconds, maxRuntimeSeconds, tolerance, tags, severity } = check;
  const { everySeconds, expression, timezone, scheduler } = schedule as Record<
    string,
    string | number | undefined
  >;
  const when =
    everySeconds === undefined
      ? [expression, `@${timezone}`, scheduler].filter(Boolean).join(" ")
      : `${everySeconds} s`;
  const parts = [
    when,
    `grace ${graceSeconds}`,
    maxRuntimeSeconds === undefined ? "" : `max ${maxRuntimeSeconds}`,
    tolerance ? `bad ${(tolerance as { bad: number }).bad}` : "",
    tags.length === 0 ? "" : `tags ${tags.join(" ")}`,
    isPaused ? "paused" : "",
    severity ?? "",
  ];
  return `${slug}: ${parts.filter((part) => part !== "").join(", ")} → ${path}`;
}
