import { beforeEach, expect, test } from "vitest";

import { healthchecksClient, type HealthchecksClient } from "../../test/healthchecks/client.ts";
import { read, testApi } from "../../test/test-api.ts";

const api = await testApi();
let healthchecks: HealthchecksClient;
beforeEach(async () => {
  healthchecks = await healthchecksClient(api);
});

const LONG = (length: number) => "x".repeat(length);

test.each([
  ["channels", 5, "channels is not a string"],
  ["desc", null, "desc is not a string"],
  ["failure_kw", LONG(201), "failure_kw is too long"],
  ["filter_subject", 1, "filter_subject is not a boolean"],
  ["filter_body", "true", "filter_body is not a boolean"],
  ["filter_http_body", null, "filter_http_body is not a boolean"],
  ["filter_default_fail", [], "filter_default_fail is not a boolean"],
  ["grace", "60", "grace is not a number"],
  ["grace", null, "grace is not a number"],
  ["grace", 59, "grace is too small"],
  ["grace", true, "grace is too small"],
  ["grace", 31_536_001, "grace is too large"],
  ["manual_resume", 0, "manual_resume is not a boolean"],
  ["methods", null, "methods has unexpected value"],
  ["methods", ["POST"], "methods has unexpected value"],
  ["name", LONG(101), "name is too long"],
  ["name", "a\0b", "name contains a character that cannot be stored"],
  ["schedule", 5, "schedule is not a string"],
  ["schedule", "* * * *", "schedule is not a valid cron or OnCalendar expression"],
  ["schedule", "", "schedule is not a valid cron or OnCalendar expression"],
  ["schedule", "@daily", "schedule is not a valid cron or OnCalendar expression"],
  ["schedule", "0 0 31 2 *", "schedule is not a valid cron or OnCalendar expression"],
  ["schedule", "* * * * * *", "schedule is not a valid cron or OnCalendar expression"],
  ["schedule", LONG(101), "schedule is too long"],
  ["slug", "Foo", "slug does not match pattern"],
  ["slug", "a b", "slug does not match pattern"],
  ["slug", LONG(101), "slug is too long"],
  ["start_kw", 5, "start_kw is not a string"],
  ["subject", LONG(201), "subject is too long"],
  ["subject_fail", {}, "subject_fail is not a string"],
  ["success_kw", false, "success_kw is not a string"],
  ["tags", null, "tags is not a string"],
  ["tags", LONG(501), "tags is too long"],
  ["timeout", 59, "timeout is too small"],
  ["timeout", 1e30, "timeout is not a number"],
  ["tz", "Mars/Olympus", "tz is not a valid timezone"],
  ["unique", "name", "unique is not an array"],
  ["unique", null, "unique is not an array"],
  ["unique", ["status"], "an item in 'unique' has unexpected value"],
  ["unique", ["name", 5], "an item in 'unique' has unexpected value"],
])("%s %j is refused: %s", async (field, value, complaint) => {
  const response = await healthchecks.call("POST", "checks/", { [field]: value });
  expect(response.status).toBe(400);
  expect(await read(response)).toEqual({ error: `json validation error: ${complaint}` });
});

test.each([
  ['{"timeout": 3600.0}', "timeout is not a number"],
  ['{"timeout": 1e3}', "timeout is not a number"],
  ['{"timeout": 99999999999999999999999999999999999999}', "timeout is too large"],
  ['{"grace": -0}', "grace is too small"],
])("%s gets Healthchecks' own words: %s", async (body, complaint) => {
  expect(await read(await healthchecks.call("POST", "checks/", body))).toEqual({
    error: `json validation error: ${complaint}`,
  });
});

test.each([
  ["not JSON", "{", "could not parse request body"],
  ["a mark before it", "\uFEFF{}", "could not parse request body"],
  ["a number", "3", "json validation error: value is not an object"],
  ["null", "null", "json validation error: value is not an object"],
])("a body that is %s is refused before the key is looked at", async (_, body, error) => {
  const response = await healthchecks.call("POST", "checks/", body, { key: null });
  expect([response.status, await read(response)]).toEqual([400, { error }]);
});

test("a name of 100 characters outside the basic plane is not too long", async () => {
  expect(await healthchecks.create({ name: "🕰".repeat(100) })).toMatchObject({ name: "🕰".repeat(100) });
});

test("a read answer can be sent back to copy a check", async () => {
  const { uuid } = await healthchecks.create({
    name: "a",
    tags: "x y",
    schedule: "5 4 * * *",
    tz: "Europe/Kiev",
  });
  const copy = await healthchecks.create(await healthchecks.get(`checks/${uuid}`));
  expect(copy).toMatchObject({ name: "a", tags: "x y", schedule: "5 4 * * *", tz: "Europe/Kyiv" });
  expect(copy.uuid).not.toBe(uuid);
});

test("a schedule wins over a timeout, and hides it", async () => {
  const check = await healthchecks.create({ timeout: 120, schedule: "0 * * * *" });
  expect(check).toMatchObject({ schedule: "0 * * * *", tz: "UTC" });
  expect(check).not.toHaveProperty("timeout");
});

test("the parts of the other kind of schedule come back when it does", async () => {
  const { uuid } = await healthchecks.create({ timeout: 120, tz: "Europe/Riga" });
  expect(await healthchecks.update(uuid, { schedule: "0 * * * *" })).toMatchObject({ tz: "Europe/Riga" });
  expect(await healthchecks.update(uuid, { timeout: 180 })).toMatchObject({ timeout: 180 });
  expect(await healthchecks.update(uuid, { schedule: "1 * * * *" })).toMatchObject({ tz: "Europe/Riga" });
});

test("a zone alone moves a cron check and leaves a simple one simple", async () => {
  const cron = await healthchecks.create({ schedule: "0 3 * * *" });
  expect(await healthchecks.update(cron.uuid, { tz: "Asia/Calcutta" })).toMatchObject({ tz: "Asia/Kolkata" });
  const simple = await healthchecks.create({ timeout: 120 });
  expect(await healthchecks.update(simple.uuid, { tz: "Asia/Tokyo" })).toMatchObject({ timeout: 120 });
});

test("several lines, or anything but five fields, are OnCalendar", async () => {
  const schedule = "Mon..Fri 10:00\nSat 12:00";
  expect(await healthchecks.create({ schedule, tz: "Europe/Riga" })).toMatchObject({
    schedule,
    tz: "Europe/Riga",
  });
  expect(await healthchecks.create({ schedule: "hourly" })).toMatchObject({ schedule: "hourly" });
});

test("`unique` compares the hidden timeout of a cron check too", async () => {
  const { uuid } = await healthchecks.create({ timeout: 240 });
  await healthchecks.update(uuid, { schedule: "0 * * * *" });
  const response = await healthchecks.call("POST", "checks/", { timeout: 240, unique: ["timeout"] });
  expect([response.status, (await read(response))["uuid"]]).toEqual([200, uuid]);
});

test("`unique` takes the oldest of several, and matches an empty name", async () => {
  const { uuid } = await healthchecks.create();
  await healthchecks.create();
  const response = await healthchecks.call("POST", "checks/", { name: "", grace: 61, unique: ["name"] });
  expect(await read(response)).toMatchObject({ uuid, grace: 61 });
});

test("two that ask at once with `unique` make one check", async () => {
  const ask = () => healthchecks.call("POST", "checks/", { name: "once", unique: ["name"] });
  const answers = await Promise.all([ask(), ask(), ask()]);
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
  expect((await healthchecks.get<{ checks: unknown[] }>("checks/")).checks).toHaveLength(1);
});

test("`unique` is looked at and otherwise ignored in an update", async () => {
  const { uuid } = await healthchecks.create({ name: "a" });
  expect(await healthchecks.update(uuid, { name: "b", unique: ["name"] })).toMatchObject({ uuid, name: "b" });
  expect((await healthchecks.call("POST", `checks/${uuid}`, { unique: 5 })).status).toBe(400);
});

test("an update without a body changes nothing", async () => {
  const check = await healthchecks.create({ name: "a" });
  const response = await healthchecks.call("POST", `checks/${check.uuid}`);
  expect([response.status, await read(response)]).toEqual([200, check]);
});

test("a deprecated subject sets the keyword, and the filter by what is left", async () => {
  const { uuid } = await healthchecks.create({ subject: "OK", subject_fail: "ERR" });
  expect(await healthchecks.update(uuid, { subject: "" })).toMatchObject({
    filter_subject: true,
    failure_kw: "ERR",
  });
  expect(await healthchecks.update(uuid, { subject_fail: "" })).toMatchObject({ filter_subject: false });
  expect(await healthchecks.update(uuid, { subject: "X", filter_subject: false })).toMatchObject({
    filter_subject: false,
    success_kw: "X",
    subject: "",
  });
});

test("a deleted check is answered as it was, without its channels, and then is gone", async () => {
  const { uuid } = await healthchecks.create({ name: "a", channels: "*" });
  const response = await healthchecks.call("DELETE", `checks/${uuid}`);
  expect(response.status).toBe(200);
  expect(await read(response)).toMatchObject({ uuid, name: "a", channels: "" });
  expect((await healthchecks.call("GET", `checks/${uuid}`)).status).toBe(404);
  expect((await healthchecks.call("DELETE", `checks/${uuid}`)).status).toBe(404);
  expect((await healthchecks.ping(uuid)).status).toBe(404);
});

test("resume makes a paused check new and forgets its last ping", async () => {
  const { uuid } = await healthchecks.create({ timeout: 3600 });
  await healthchecks.ping(uuid);
  expect(await read(await healthchecks.call("POST", `checks/${uuid}/pause`))).toMatchObject({
    status: "paused",
    next_ping: null,
  });
  const resumed = await healthchecks.call("POST", `checks/${uuid}/resume`);
  expect(await read(resumed)).toMatchObject({ status: "new", last_ping: null, n_pings: 1 });
});

test("all tags must be there, exactly", async () => {
  await healthchecks.create({ name: "both", tags: "prod db" });
  await healthchecks.create({ name: "one", tags: "prod" });
  const named = async (query: string) =>
    (await healthchecks.get<{ checks: { name: string }[] }>(`checks/?${query}`)).checks.map(
      ({ name }) => name,
    );
  expect(await named("tag=prod")).toEqual(["both", "one"]);
  expect(await named("tag=prod&tag=db")).toEqual(["both"]);
  expect(await named("tag=Prod")).toEqual([]);
  expect(await named("tag=")).toEqual([]);
});

test("a read-only key sees neither how to ping nor how to change, by uuid and by unique key", async () => {
  const { uuid } = await healthchecks.create({ name: "a", channels: "*" });
  const seen = await healthchecks.get(`checks/${uuid}`, { key: healthchecks.readKey });
  for (const secret of ["uuid", "ping_url", "update_url", "pause_url", "resume_url", "channels"])
    expect(seen).not.toHaveProperty(secret);
  expect(JSON.stringify(seen)).not.toContain(uuid);
  expect(
    await healthchecks.get(`checks/${String(seen["unique_key"])}`, { key: healthchecks.readKey }),
  ).toEqual(seen);
  expect(await healthchecks.get(`checks/${String(seen["unique_key"])}`)).toHaveProperty("uuid", uuid);
});

test.each(["v1", "v2", "v3"])("addresses are those of %s, in which it was asked", async (version) => {
  const check = await healthchecks.create({}, { version });
  const url = `http://overdue.test/api/${version}/checks/${check.uuid}`;
  expect(check).toMatchObject({
    ping_url: `http://overdue.test/ping/${check.uuid}`,
    update_url: url,
    pause_url: `${url}/pause`,
    resume_url: `${url}/resume`,
  });
});

test("v1 says started, v2 and v3 the status beneath", async () => {
  const { uuid } = await healthchecks.create();
  await healthchecks.ping(`${uuid}/start`);
  const readVersion = async (version: string) => await healthchecks.get(`checks/${uuid}`, { version });
  expect(await readVersion("v1")).toMatchObject({ status: "started", started: true });
  expect(await readVersion("v2")).toMatchObject({ status: "new", started: true });
  expect(await readVersion("v3")).toMatchObject({ status: "new", started: true });
});

test("v1 and v2 make the slug anew of each name", async () => {
  const { uuid } = await healthchecks.create({ name: "Ünï  cödé -_- Näme!" }, { version: "v1" });
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ slug: "uni-code-_-name" });
  expect(await healthchecks.update(uuid, { name: "B c" }, { version: "v2" })).toMatchObject({ slug: "b-c" });
  expect(await healthchecks.update(uuid, { tags: "x" }, { version: "v2" })).toMatchObject({ slug: "b-c" });
});

test.each(["checks", "channels", "badges", "status", "metrics"])(
  "%s is served with and without the slash at its end, and sends nobody on",
  async (name) => {
    const [without, withSlash] = [
      await healthchecks.call("GET", `${name}?a=1`),
      await healthchecks.call("GET", `${name}/?a=1`),
    ];
    expect([without.status, without.headers.get("location")]).toEqual([withSlash.status, null]);
    expect(without.status).toBeLessThan(500);
    expect(without.status).not.toBe(404);
  },
);

test("a POST without the slash makes a check, and one with a slash too many reads, edits and pauses it", async () => {
  const made = await healthchecks.call("POST", "checks", { name: "no slash" });
  expect(made.status).toBe(201);
  const { uuid } = (await made.json()) as { uuid: string };
  expect(await healthchecks.get(`checks/${uuid}/`)).toMatchObject({ name: "no slash" });
  expect((await healthchecks.call("POST", `checks/${uuid}/`, { name: "edited" })).status).toBe(200);
  expect((await healthchecks.call("POST", `checks/${uuid}/pause/`)).status).toBe(200);
  expect(await healthchecks.get(`checks/${uuid}/pings`)).toEqual({ pings: [] });
  expect(await healthchecks.get(`checks/${uuid}`)).toMatchObject({ name: "edited", status: "paused" });
});

test("a POST to a list that can only be read is sent on to its slash, where it is a GET", async () => {
  const { uuid } = await healthchecks.create();
  const posted = await healthchecks.call("POST", `checks/${uuid}/pings?a=1`);
  expect([posted.status, posted.headers.get("location")]).toEqual([301, `/api/v3/checks/${uuid}/pings/?a=1`]);
  expect((await healthchecks.call("POST", `checks/${uuid}/pings/`)).status).toBe(405);
  expect((await healthchecks.call("OPTIONS", `checks/${uuid}/pings`)).status).toBe(204);
});

test.each(["null", " null ", "x=1", "{", "\u0000"])(
  "pause and resume take the body %s as none",
  async (body) => {
    const { uuid } = await healthchecks.create();
    const post = async (act: string) =>
      await api.app.request(`/api/v3/checks/${uuid}/${act}`, {
        method: "POST",
        body,
        headers: { "x-api-key": healthchecks.writeKey },
      });
    expect((await post("pause")).status).toBe(200);
    expect((await post("resume")).status).toBe(200);
  },
);

test.each([
  ["GET", "checks/31365BCE-8DA9-4729-8FF3-AAA71D56B712"],
  ["GET", "nothing/"],
  ["POST", "checks/31365bce-8da9-4729-8ff3/pause"],
])("%s %s is nowhere, in no shape of ours", async (method, path) => {
  const response = await healthchecks.call(method, path);
  expect([response.status, await response.text()]).toEqual([404, ""]);
});

test("HEAD is refused as Healthchecks does", async () => {
  const response = await healthchecks.call("HEAD", "checks/");
  expect(response.status).toBe(405);
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
});

test("a key sent in the query or as a bearer token is none", async () => {
  const response = await api.app.request(`/api/v3/checks/?api_key=${healthchecks.writeKey}`, {
    headers: { authorization: `Bearer ${healthchecks.writeKey}` },
  });
  expect([response.status, await read(response)]).toEqual([401, { error: "missing api key" }]);
});

test("a key of 32 characters that nobody has is wrong, and a blank header beats the body", async () => {
  const wrong = await healthchecks.call("GET", "checks/", undefined, { key: "x".repeat(32) });
  expect(await read(wrong)).toEqual({ error: "wrong api key" });
  const blank = await healthchecks.call("POST", "checks/", { api_key: healthchecks.writeKey }, { key: "" });
  expect(await read(blank)).toEqual({ error: "missing api key" });
});

test("a ping number beyond all counting is nowhere", async () => {
  const { uuid } = await healthchecks.create();
  const response = await healthchecks.call("GET", `checks/${uuid}/pings/99999999999999999999/body`);
  expect([response.status, await response.text()]).toEqual([404, ""]);
});
