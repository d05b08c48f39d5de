import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { read, testApi } from "../../test/test-api.ts";

const UNKNOWN_ID = "31365bce-8da9-4729-8ff3-aaa71d56b712";
const api = await testApi();
let healthchecks: HealthchecksClient;
let uuid = "";
beforeEach(async () => {
  api.deps.now = () => Date.now();
  healthchecks = await healthchecksClient(api);
  ({ uuid } = await healthchecks.create({ name: "Backup", slug: "backup", timeout: 3600, grace: 600 }));
});

const fillPath = (path: string) => path.replace("{uuid}", uuid);

// Keys: w writes, r reads, - none, x nobody's.
const KEYS = {
  w: () => healthchecks.writeKey,
  r: () => healthchecks.readKey,
  x: () => "x".repeat(32),
  s: () => "short",
  "-": () => null,
} as const;

test.each([
  ["OPTIONS", "checks/", "-", 204, "GET, POST, OPTIONS"],
  ["OPTIONS", "checks/{uuid}", "-", 204, "GET, POST, DELETE, OPTIONS"],
  ["OPTIONS", "checks/{uuid}/pause", "-", 204, "POST, OPTIONS"],
  ["OPTIONS", "checks/{uuid}/resume", "-", 204, "POST, OPTIONS"],
  ["OPTIONS", "checks/{uuid}/pings/", "-", 204, "GET, OPTIONS"],
  ["OPTIONS", "checks/{uuid}/pings/1/body", "-", 204, "GET, OPTIONS"],
  ["OPTIONS", "checks/{uuid}/flips/", "-", 204, "GET, OPTIONS"],
  ["OPTIONS", "channels/", "-", 204, "GET, OPTIONS"],
  ["OPTIONS", "badges/", "-", 204, "GET, OPTIONS"],
  ["PUT", "checks/", "w", 405, "GET, POST, OPTIONS"],
  ["DELETE", "checks/", "w", 405, "GET, POST, OPTIONS"],
  ["PATCH", "checks/{uuid}", "w", 405, "GET, POST, DELETE, OPTIONS"],
  ["HEAD", "checks/{uuid}", "w", 405, "GET, POST, DELETE, OPTIONS"],
  ["GET", "checks/{uuid}/pause", "w", 405, "POST, OPTIONS"],
  ["GET", "checks/{uuid}/resume", "w", 405, "POST, OPTIONS"],
  ["POST", "checks/{uuid}/pings/", "w", 405, "GET, OPTIONS"],
  ["POST", "checks/{uuid}/flips/", "w", 405, "GET, OPTIONS"],
  ["POST", "checks/{uuid}/pings/1/body", "w", 405, "GET, OPTIONS"],
  ["POST", "channels/", "w", 405, "GET, OPTIONS"],
  ["HEAD", "channels/", "w", 405, "GET, OPTIONS"],
  ["POST", "badges/", "w", 405, "GET, OPTIONS"],
  ["HEAD", "badges/", "w", 405, "GET, OPTIONS"],
] as const)("%s %s with key %s is %i with an empty body, for pages anywhere", async (...row) => {
  const [method, path, key, status, methods] = row;
  const response = await healthchecks.call(method, fillPath(path), undefined, { key: KEYS[key]() });
  expect([response.status, await response.text()]).toEqual([status, ""]);
  expect(corsOf(response)).toEqual(["*", "X-Api-Key", methods, "600"]);
});

const MISSING = { error: "missing api key" };
const WRONG = { error: "wrong api key" };

test.each([
  ["GET", "checks/", "-", 401, MISSING],
  ["GET", "checks/", "s", 401, MISSING],
  ["GET", "checks/", "x", 401, WRONG],
  ["POST", "checks/", "-", 401, MISSING],
  ["POST", "checks/", "r", 401, WRONG],
  ["GET", "checks/{uuid}", "-", 401, MISSING],
  ["POST", "checks/{uuid}", "r", 401, WRONG],
  ["DELETE", "checks/{uuid}", "r", 401, WRONG],
  ["DELETE", "checks/{uuid}", "-", 401, MISSING],
  ["POST", "checks/{uuid}/pause", "r", 401, WRONG],
  ["POST", "checks/{uuid}/resume", "r", 401, WRONG],
  ["GET", "checks/{uuid}/pings/", "r", 401, WRONG],
  ["GET", "checks/{uuid}/pings/1/body", "r", 401, WRONG],
  ["GET", "channels/", "r", 401, WRONG],
  ["GET", "badges/", "x", 401, WRONG],
  ["GET", `checks/${UNKNOWN_ID}`, "x", 401, WRONG],
  ["GET", `checks/${UNKNOWN_ID}/flips/`, "-", 401, MISSING],
] as const)("%s %s with key %s is %i %j, for pages anywhere", async (method, path, key, status, body) => {
  const response = await healthchecks.call(method, fillPath(path), undefined, { key: KEYS[key]() });
  expect([response.status, await read(response)]).toEqual([status, body]);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(corsOf(response)[0]).toBe("*");
});

test.each([
  ["GET", `checks/${UNKNOWN_ID}`],
  ["POST", `checks/${UNKNOWN_ID}`],
  ["DELETE", `checks/${UNKNOWN_ID}`],
  ["POST", `checks/${UNKNOWN_ID}/pause`],
  ["POST", `checks/${UNKNOWN_ID}/resume`],
  ["GET", `checks/${UNKNOWN_ID}/pings/`],
  ["GET", `checks/${UNKNOWN_ID}/pings/1/body`],
  ["GET", `checks/${UNKNOWN_ID}/flips/`],
  ["GET", `checks/${"a".repeat(40)}`],
  ["GET", `checks/${"a".repeat(40)}/flips/`],
])("%s %s is nowhere", async (method, path) => {
  const response = await healthchecks.call(method, path);
  expect([response.status, await response.text()]).toEqual([404, ""]);
});

test.each([
  ["GET", "checks/abc"],
  ["GET", "checks/abc-def"],
  ["OPTIONS", "checks/abc-def"],
  ["PUT", "checks/abc"],
  ["GET", `checks/${"a".repeat(39)}`],
  ["GET", "checks/31365BCE-8DA9-4729-8FF3-AAA71D56B712"],
  ["GET", `checks/${UNKNOWN_ID}/pings/x/body`],
  ["GET", `checks/${"a".repeat(40)}/pings/`],
  ["POST", `checks/${"a".repeat(40)}/pause`],
  ["GET", "/api/v4/checks/"],
  ["GET", "/api/v0/status/"],
])("%s %s is no path of the API, with or without a key", async (method, path) => {
  expect((await healthchecks.call(method, path, undefined, { key: null })).status).toBe(404);
  expect((await healthchecks.call(method, path)).status).toBe(404);
});

test.each([
  ["GET", "checks/{uuid}"],
  ["POST", "checks/{uuid}"],
  ["DELETE", "checks/{uuid}"],
  ["POST", "checks/{uuid}/pause"],
  ["POST", "checks/{uuid}/resume"],
  ["GET", "checks/{uuid}/pings/"],
  ["GET", "checks/{uuid}/pings/1/body"],
  ["GET", "checks/{uuid}/flips/"],
])("%s %s of another project is forbidden, empty, for pages anywhere", async (method, path) => {
  const other = await healthchecksClient(api);
  const response = await other.call(method, fillPath(path));
  expect([response.status, await response.text()]).toEqual([403, ""]);
  expect(corsOf(response)[0]).toBe("*");
});

test.each([
  [{ tz: "x", unique: 1 }, "tz is not a valid timezone"],
  [{ unique: 1, timeout: 1 }, "timeout is too small"],
  [{ timeout: 1, tags: 1 }, "tags is not a string"],
  [{ tags: 1, success_kw: 1 }, "success_kw is not a string"],
  [{ success_kw: 1, subject_fail: 1 }, "subject_fail is not a string"],
  [{ subject_fail: 1, subject: 1 }, "subject is not a string"],
  [{ subject: 1, start_kw: 1 }, "start_kw is not a string"],
  [{ start_kw: 1, slug: "A" }, "slug does not match pattern"],
  [{ slug: "A", schedule: "x" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "x", name: 1 }, "name is not a string"],
  [{ name: 1, methods: 1 }, "methods has unexpected value"],
  [{ methods: "GET", manual_resume: 1 }, "manual_resume is not a boolean"],
  [{ manual_resume: 1, grace: 1 }, "grace is too small"],
  [{ grace: 1, filter_default_fail: 1 }, "filter_default_fail is not a boolean"],
  [{ filter_default_fail: 1, filter_http_body: 1 }, "filter_http_body is not a boolean"],
  [{ filter_http_body: 1, filter_body: 1 }, "filter_body is not a boolean"],
  [{ filter_body: 1, filter_subject: 1 }, "filter_subject is not a boolean"],
  [{ filter_subject: 1, failure_kw: 1 }, "failure_kw is not a string"],
  [{ failure_kw: 1, desc: 1 }, "desc is not a string"],
  [{ desc: 1, channels: 1 }, "channels is not a string"],
  [{ channels: "nobody", grace: 1 }, "grace is too small"],
  [{ slug: "Ä".repeat(101) }, "slug is too long"],
  [{ slug: "a\n" }, "slug does not match pattern"],
  [{ schedule: "* ".repeat(60) }, "schedule is too long"],
  [{ tz: "europe/riga" }, "tz is not a valid timezone"],
  [{ tz: "" }, "tz is not a valid timezone"],
  [{ tz: null }, "tz is not a string"],
  [{ schedule: null }, "schedule is not a string"],
  [{ schedule: "2000-01-01" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "*-02-30" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "0 0 * * FRI-MON" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "60 * * * *" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "*/0 * * * *" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "H * * * *" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "0 0 ? * *" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "0 0 L-3 * *" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "0 0 15W * *" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "12:*/10" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ schedule: "hourly\n\ndaily" }, "schedule is not a valid cron or OnCalendar expression"],
  [{ timeout: false }, "timeout is too small"],
  [{ timeout: -3600 }, "timeout is too small"],
  [{ timeout: [] }, "timeout is not a number"],
  [{ timeout: "3600" }, "timeout is not a number"],
  [{ grace: 60.5 }, "grace is not a number"],
  [{ methods: "post" }, "methods has unexpected value"],
  [{ methods: false }, "methods has unexpected value"],
  [{ manual_resume: null }, "manual_resume is not a boolean"],
  [{ unique: {} }, "unique is not an array"],
  [{ unique: [null] }, "an item in 'unique' has unexpected value"],
  [{ unique: ["uuid"] }, "an item in 'unique' has unexpected value"],
])("%j is refused on creating and on updating: %s", async (json, complaint) => {
  for (const path of ["checks/", `checks/${uuid}`]) {
    const response = await healthchecks.call("POST", path, json);
    expect([response.status, await read(response)]).toEqual([
      400,
      { error: `json validation error: ${complaint}` },
    ]);
    expect(corsOf(response)[0]).toBe("*");
  }
});

test.each([
  ["checks/{uuid}", "[]", "json validation error: value is not an object"],
  ["checks/{uuid}", '"x"', "json validation error: value is not an object"],
  ["checks/{uuid}", "{", "could not parse request body"],
  [`checks/${UNKNOWN_ID}`, "{", "could not parse request body"],
])("POST %s with %s is refused before key and check: %s", async (path, body, error) => {
  const response = await healthchecks.call("POST", fillPath(path), body, { key: null });
  expect([response.status, await read(response)]).toEqual([400, { error }]);
});

test.each([
  [
    { timeout: 60, grace: 31_536_000 },
    { timeout: 60, grace: 31_536_000 },
  ],
  [{ schedule: " 0 0 * * * " }, { schedule: "0 0 * * *" }],
  [{ schedule: "0 0 L * *" }, { schedule: "0 0 L * *" }],
  [{ schedule: "0 0 LW * *" }, { schedule: "0 0 LW * *" }],
  [{ schedule: "0 0 * * 5L" }, { schedule: "0 0 * * 5L" }],
  [{ schedule: "0 0 * * MON#2" }, { schedule: "0 0 * * MON#2" }],
  [{ schedule: "*/61 * * * *" }, { schedule: "*/61 * * * *" }],
  [{ schedule: "0 0 * * sun-sat" }, { schedule: "0 0 * * sun-sat" }],
  [{ schedule: "*-*~1" }, { schedule: "*-*~1" }],
  [{ schedule: "Mon..Fri 10:00 Europe/Riga" }, { schedule: "Mon..Fri 10:00 Europe/Riga" }],
  [
    { schedule: "0/10:00", tz: "US/Eastern" },
    { schedule: "0/10:00", tz: "America/New_York" },
  ],
  [{ schedule: "hourly", tz: "Zulu" }, { tz: "Etc/UTC" }],
  [{ schedule: "hourly", tz: "CET" }, { tz: "Europe/Brussels" }],
  [{ schedule: "hourly", tz: "EST" }, { tz: "America/Panama" }],
  [{ schedule: "hourly", tz: "GB" }, { tz: "Europe/London" }],
  [{ schedule: "hourly", tz: "GMT" }, { tz: "GMT" }],
  [{ methods: "POST" }, { methods: "POST" }],
  [{ slug: "-_0a" }, { slug: "-_0a" }],
  [{ tags: "  a   b\tc " }, { tags: "  a   b\tc " }],
  [{ success_kw: " a , b" }, { success_kw: " a , b", filter_subject: false, subject: "" }],
  [
    { subject: "S", success_kw: "K" },
    { success_kw: "K", subject: "K", filter_subject: true },
  ],
  [{ subject_fail: "F" }, { failure_kw: "F", subject_fail: "F", subject: "", filter_subject: true }],
  [
    { success_kw: "K", filter_subject: true },
    { subject: "K", subject_fail: "" },
  ],
  [{ unique: [] }, { name: "" }],
  [{ unique: ["name"] }, { name: "" }],
  [{ uuid: UNKNOWN_ID, nothing: null, api_key: null }, { name: "" }],
])("%j is taken", async (json, seen) => {
  expect(await healthchecks.create(json)).toMatchObject(seen);
});

test("`unique` wants all that it names to be equal, and tags as one text", async () => {
  const made = await healthchecks.create({ name: "a", tags: "x y", slug: "s" });
  const createUnique = async (json: object) => {
    const response = await healthchecks.call("POST", "checks/", json);
    return [response.status, (await read(response))["uuid"] === made.uuid];
  };
  expect(await createUnique({ name: "a", tags: "x y", unique: ["name", "tags"] })).toEqual([200, true]);
  expect(await createUnique({ tags: "y x", unique: ["tags"] })).toEqual([201, false]);
  expect(await createUnique({ name: "a", tags: "x", unique: ["name", "tags"] })).toEqual([201, false]);
  expect(await createUnique({ slug: "s", channels: "", unique: ["slug"] })).toEqual([200, true]);
  expect(await createUnique({ name: "a", unique: ["name", "slug"] })).toEqual([201, false]);
});

test("`unique` keeps what was not sent, and refuses channels before it changes anything", async () => {
  const json = { name: "Backup", grace: 120, channels: "nobody", unique: ["name"] };
  const refused = await healthchecks.call("POST", "checks/", json);
  expect([refused.status, await read(refused)]).toEqual([
    400,
    { error: "invalid channel identifier: nobody" },
  ]);
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ grace: 600, timeout: 3600 });
});

test.each([
  [",", "empty channel identifier"],
  ["a,", "invalid channel identifier: a"],
  ["*,*", "invalid channel identifier: *"],
  [" ", "invalid channel identifier:  "],
  [UNKNOWN_ID, `invalid channel identifier: ${UNKNOWN_ID}`],
])("channels %j are refused: %s", async (channels, error) => {
  for (const path of ["checks/", `checks/${uuid}`]) {
    const response = await healthchecks.call("POST", path, { channels });
    expect([response.status, await read(response)]).toEqual([400, { error }]);
  }
});

test.each([
  ["seconds=0", 200],
  ["seconds=31536000", 200],
  ["seconds=31536001", 400],
  ["seconds=-1", 400],
  ["seconds=1.5", 400],
  ["seconds=x", 400],
  ["start=0&end=10000000000", 200],
  ["start=10000000001", 400],
  ["end=10000000001", 400],
  ["start=", 400],
  ["end=", 400],
  ["end=-1", 400],
  ["start=1e3", 400],
  ["nothing=x", 200],
])("flips/?%s is %i", async (query, status) => {
  const response = await healthchecks.call("GET", `checks/${uuid}/flips/?${query}`, undefined, {
    key: healthchecks.readKey,
  });
  expect(response.status).toBe(status);
  expect((await response.text()) === "").toBe(status === 400);
  expect(corsOf(response)[0]).toBe("*");
});

const BOTH = [
  "name slug tags desc grace n_pings status started last_ping next_ping manual_resume methods subject",
  "subject_fail start_kw success_kw failure_kw filter_subject filter_body filter_http_body",
  "filter_default_fail badge_url",
].flatMap((names) => names.split(" "));
const WRITERS = ["uuid", "ping_url", "update_url", "pause_url", "resume_url", "channels"];

test.each(["v1", "v2", "v3"])(
  "%s has these fields for who writes and those for who reads",
  async (version) => {
    const { uuid: cron } = await healthchecks.create({ schedule: "0 * * * *" });
    const fields = async (path: string, key: string) =>
      Object.keys(await healthchecks.get(path, { key, version })).toSorted();
    expect(await fields(`checks/${uuid}`, healthchecks.writeKey)).toEqual(
      [...BOTH, ...WRITERS, "timeout"].toSorted(),
    );
    expect(await fields(`checks/${uuid}`, healthchecks.readKey)).toEqual(
      [...BOTH, "unique_key", "timeout"].toSorted(),
    );
    expect(await fields(`checks/${cron}`, healthchecks.readKey)).toEqual(
      [...BOTH, "unique_key", "schedule", "tz"].toSorted(),
    );
    const { checks } = await healthchecks.get<{ checks: object[] }>("checks/", {
      key: healthchecks.readKey,
      version,
    });
    expect(checks.map((check) => "uuid" in check)).toEqual([false, false]);
  },
);

function corsOf({ headers }: Response): (string | null)[] {
  return ["allow-origin", "allow-headers", "allow-methods", "max-age"].map((name) =>
    headers.get(`access-control-${name}`),
  );
}
