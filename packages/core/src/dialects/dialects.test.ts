import { describe, expect, test } from "vitest";

import { dialectOf, type DialectPing, type DialectReading, ohDearFailure } from "./index.ts";

const UUID = "123e4567-e89b-12d3-a456-426614174000";
const BARE = UUID.replaceAll("-", "");
const KEY = "abcdefghijklmnopqrst12";
const RUN = "83a7c03ed0a04e1b97e2e3b18d38f244";

type Sent = { method?: string; headers?: Record<string, string>; body?: string };

function read(url: string, { method = "GET", headers = {}, body = "" }: Sent = {}): DialectReading {
  const [path = "", search = ""] = url.split("?");
  const query = new URLSearchParams(search);
  const dialect = dialectOf({ path, query });
  if (dialect === null) throw new Error(`no dialect for ${url}`);
  return dialect.read({ method, path, query, header: (name) => headers[name], body });
}

/** "start backup #run 1500ms 3 “text”": short enough for tables. */
function readingText(reading: DialectReading): string {
  if (reading.kind !== "pings") return `${reading.kind}: ${reading.problem}`;
  return reading.pings.map(lineOf).join(", ");
}

function lineOf({ target, kind, exitStatus, runId, durationMs, body }: DialectPing): string {
  const whose = target.kind === "slug" ? `${target.pingKey === KEY ? "" : "? "}${target.slug}` : target.kind;
  const parts = [kind, whose, runId && `#${runId}`, durationMs !== null && `${durationMs}ms`, exitStatus];
  const shown = parts.filter((part) => part !== null && part !== false && part !== "");
  return `${shown.join(" ")}${body === "" ? "" : ` "${body}"`}`;
}

const item = (checkIn: object, head: object = { type: "check_in" }) =>
  `${JSON.stringify(head)}\n${JSON.stringify(checkIn)}`;
const checkIn = (more: object = {}) => ({
  check_in_id: RUN,
  monitor_slug: "nightly",
  status: "ok",
  environment: "production",
  ...more,
});
const auth = {
  "x-sentry-auth": `Sentry sentry_key=${KEY}, sentry_version=7, sentry_client=sentry-cli/3.8.0`,
};
const ENVELOPE = "/api/1/envelope/";
const STARTED_BYTES = JSON.stringify(checkIn({ status: "in_progress" })).length;

describe("Sentry", () => {
  test.each<[string, string, Sent, string]>([
    [
      "sentry-cli: an empty first line, the key in a header, a length",
      ENVELOPE,
      {
        headers: auth,
        body: `{}\n${item(checkIn({ status: "in_progress" }), { type: "check_in", length: STARTED_BYTES })}\n`,
      },
      `start nightly #${RUN}`,
    ],
    [
      "Node: the key in the query, no length, no last line end",
      `${ENVELOPE}?sentry_version=7&sentry_key=${KEY}&sentry_client=sentry.javascript.node%2F11.12.0`,
      { body: `{"event_id":"1"}\n${item(checkIn({ duration: 1.25 }))}` },
      `success nightly #${RUN} 1250ms`,
    ],
    [
      "Java: no blanks in the header, content_type before type",
      ENVELOPE,
      {
        headers: { "x-sentry-auth": `Sentry sentry_version=7,sentry_client=sentry.java,sentry_key=${KEY}` },
        body: `{}\n${item(checkIn({ status: "error" }), { content_type: "application/json", type: "check_in" })}`,
      },
      `fail nightly #${RUN}`,
    ],
    [
      "Go: the DSN in the first line, behind a path",
      "/sentry/api/word/envelope",
      { body: `{"dsn":"https://${KEY}@host/sentry/word"}\n${item(checkIn())}\n` },
      `success nightly #${RUN}`,
    ],
    [
      "other items beside it, one of them with line ends in it",
      ENVELOPE,
      {
        headers: auth,
        body: `{}\n{"type":"attachment","length":5}\na\nb\nc\n${item(checkIn())}\n{"type":"event"}\n{"message":"x"}\n`,
      },
      `success nightly #${RUN}`,
    ],
    ["nothing but other items", ENVELOPE, { headers: auth, body: `{}\n{"type":"session"}\n{}\n` }, ""],
    [
      "another environment is another check, and the name is kept as it is",
      ENVELOPE,
      { headers: auth, body: `{}\n${item(checkIn({ monitor_slug: "My Job! ü", environment: "staging" }))}` },
      `success my-job-u-staging #${RUN}`,
    ],
    [
      "a name without a letter that a slug may have",
      ENVELOPE,
      { headers: auth, body: `{}\n${item(checkIn({ monitor_slug: "日本語" }))}` },
      expect.stringMatching(/^success job-[0-9a-f]{8} #/) as string,
    ],
    [
      "an id of zeroes is none",
      ENVELOPE,
      { headers: auth, body: `{}\n${item(checkIn({ check_in_id: "0".repeat(32) }))}` },
      "success nightly",
    ],
    [
      "an unknown status says nothing of how it went",
      ENVELOPE,
      { headers: auth, body: `{}\n${item(checkIn({ status: "unknown" }))}` },
      `log nightly #${RUN}`,
    ],
    [
      "borgmatic",
      `/api/203069/cron/mymonitor/${KEY}/?status=in_progress`,
      { method: "POST" },
      "start mymonitor",
    ],
    ["curl", `/api/1/cron/my%20job/${KEY}?status=error&duration=2.5`, {}, "fail my-job 2500ms"],
    [
      "a check-in as JSON, whose slug is that of the path",
      "/api/1/cron/nightly/",
      {
        method: "POST",
        headers: { ...auth, "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify(checkIn({ monitor_slug: "other" })),
      },
      `success nightly #${RUN}`,
    ],
    ["supercronic's failures are accepted and dropped", "/api/42/store/", { method: "POST", body: "{}" }, ""],
    [
      "no key",
      ENVELOPE,
      { body: `{}\n${item(checkIn())}` },
      expect.stringContaining("unauthorized") as string,
    ],
    [
      "no envelope",
      ENVELOPE,
      { headers: auth, body: "hello" },
      expect.stringContaining("malformed") as string,
    ],
    ["nothing", ENVELOPE, { headers: auth }, expect.stringContaining("malformed") as string],
    ["no status", `/api/1/cron/x/${KEY}`, {}, expect.stringContaining("status is missing") as string],
    [
      "a check-in that is cut off",
      ENVELOPE,
      { headers: auth, body: `{}\n{"type":"check_in"}\n{"check_in_id":"83a` },
      expect.stringContaining("malformed") as string,
    ],
  ])("%s", (_, url, sent, expected) => {
    expect(readingText(read(url, sent))).toEqual(expected);
  });

  const declaredSettings = (config: object, sdk: string) => {
    const headers = { "x-sentry-auth": `Sentry sentry_key=${KEY}, sentry_client=${sdk}` };
    const reading = read(ENVELOPE, { headers, body: `{}\n${item(checkIn({ monitor_config: config }))}` });
    return reading.kind === "pings" ? (reading.pings[0]?.declares?.settings ?? null) : null;
  };

  test("the settings of a monitor become those of the check, minutes as seconds", () => {
    const schedule = { type: "crontab", value: "5 * * * *" };
    const limits = { checkin_margin: 5, max_runtime: 30, failure_issue_threshold: 2, recovery_threshold: 3 };
    expect(declaredSettings({ schedule, timezone: "Europe/Berlin", ...limits }, "sentry-cli/3.8.0")).toEqual({
      schedule: { kind: "cron", expression: "5 * * * *", timezone: "Europe/Berlin" },
      graceSeconds: 300,
      maxRuntimeSeconds: 1_800,
      tolerance: { kind: "in-a-row", bad: 2, tolerateMissed: true },
      recoverAfter: 3,
      progressExtends: true,
    });
  });

  test.each([
    [{ schedule: { type: "interval", value: 2, unit: "hour" } }, { kind: "interval", everySeconds: 7_200 }],
    [
      { schedule: { type: "interval", value: "3", unit: "day" } },
      { kind: "interval", everySeconds: 259_200 },
    ],
    [
      { schedule_type: "interval", schedule: [2, "hour"] },
      { kind: "interval", everySeconds: 7_200 },
    ],
    [
      { schedule_type: "crontab", schedule: "0 3 * * *" },
      { expression: "0 3 * * *", timezone: "UTC" },
    ],
    [{ schedule: { type: "crontab", value: "@daily" } }, { kind: "cron" }],
  ])("the schedule of %j is read", (config, expected) => {
    expect(declaredSettings(config, "sentry-cli/3.8.0")?.schedule).toMatchObject(expected);
  });

  test.each([
    ["*/30 * * * * *", "sentry.javascript.node/11.12.0", "cron-kelektiv"],
    ["*/1 * * * * *", "sentry.javascript.node/8.55.2", "cron-kelektiv"],
    ["0 0 3 * * *", "sentry.java.spring-boot/7.22.0", "spring"],
    ["0 0 3 ? * MON", "sentry.java.spring-boot.jakarta/8.1.0", "spring"],
    ["0 0 3 ? * 2", "sentry.java/7.22.0", "quartz"],
    ["0 0 3 ? * 2 2027", "sentry.java/7.22.0", "quartz"],
    ["0 3 * * * 30", "sentry.python.django/2.75.0", "croniter6"],
    ["0 3 1 * 1", "sentry.php.laravel/4.10.0", "laravel-cron-expression"],
    ["0 3 * * *", "sentry.python/2.75.0", "celery"],
    ["0 3 * * *", "sentry.ruby/5.0.0", "fugit"],
  ])("%s of %s is read as %s reads it", (value, sdk, scheduler) => {
    expect(declaredSettings({ schedule: { type: "crontab", value } }, sdk)?.schedule).toMatchObject({
      scheduler,
    });
  });

  test.each([
    ["a margin", "0 3 1 * 1", "sentry.python/2.75.0", { checkin_margin: 5 }],
    ["a limit", "0 3 1 * 1", "sentry.javascript.nextjs/11.12.0", { max_runtime: 720, timezone: "UTC" }],
    ["nothing else", "0 3 1 * 1", "sentry.go/0.50.0", {}],
    ["nothing else", "0 3 1 * 1", "sentry-cli/3.8.0", {}],
  ])("a line that a person wrote, with %s, is read as Sentry reads it: %s of %s", (_, value, sdk, more) => {
    expect(declaredSettings({ schedule: { type: "crontab", value }, ...more }, sdk)?.schedule).toEqual({
      kind: "cron",
      expression: value,
      timezone: "UTC",
    });
  });

  test.each([
    {},
    { schedule: { type: "crontab", value: "every now and then" } },
    { schedule: { type: "interval" } },
  ])("a monitor_config %j that says no schedule leaves the check as it is", (config) =>
    expect(declaredSettings(config, "sentry-cli/3.8.0")).toBeNull(),
  );
});

describe("Cronitor", () => {
  test.each<[string, string]>([
    [`/p/${KEY}/nightly?state=run&message=&series=17.5&stamp=17.5`, "start nightly #17.5"],
    [`/ping/${KEY}/nightly?state=complete&series=17.5&metric=duration%3A1.5`, "success nightly #17.5 1500ms"],
    [`/ping/${KEY}/nightly?state=fail&status_code=3&duration=0.063&msg=boom`, 'fail nightly 63ms 3 "boom"'],
    [`/ping/${KEY}/weird%20key/%C3%BC?state=run`, "start weird-key-u"],
    [`/p/${KEY}/a/b?state=tick`, "success a-b"],
    [`/ping/${KEY}/nightly?state=ok&env=staging`, "success nightly-staging"],
    [`/p/${KEY}/nightly?metric=error_count:1&metric=duration:2`, "success nightly 2000ms"],
    [`/ping/${KEY}/nightly?state=logs&message=x`, 'log nightly "x"'],
    [`/ping/${UUID}?state=fail`, "fail uuid"],
    [`/ping/${UUID}/run?try=1`, "start uuid"],
    [`/ping/${UUID}/complete`, "success uuid"],
    [`/ping/${KEY}/nightly/complete`, "success nightly"],
    [
      `/p/${KEY}/nightly?state=gone`,
      "malformed: state must be run, complete, fail, ok or tick, or be left out",
    ],
  ])("%s", (url, expected) => {
    expect(readingText(read(url))).toBe(expected);
  });

  test("its tries of one event are one, and another event is another", () => {
    const once = (query: string) => {
      const reading = read(`/p/${KEY}/nightly?${query}`);
      return reading.kind === "pings" ? reading.pings[0]?.once : undefined;
    };
    const first = once("state=run&stamp=17.5&try=1");
    expect(first).toEqual(expect.any(String));
    expect(once("state=run&stamp=17.5&try=6")).toBe(first);
    for (const other of [
      "state=complete&stamp=17.5",
      "state=run&stamp=18.5",
      "state=run&stamp=17.5&series=a",
    ])
      expect(once(other)).not.toBe(first);
    expect(once("state=run")).toBeNull();
  });
});

describe("monitors whose URL is a secret", () => {
  const json = (said_: object): Sent => ({ method: "POST", body: JSON.stringify(said_) });
  test.each<[string, string, Sent, string]>([
    ["Uptime Kuma", `/api/push/${BARE}?status=up&msg=OK&ping=12`, {}, "success uuid"],
    ["Uptime Kuma without a word", `/api/push/${UUID}`, {}, "success uuid"],
    ["Uptime Kuma down", `/api/push/${BARE}?status=down&msg=Gr%C3%B6%C3%9Fe`, {}, 'fail uuid "Größe"'],
    ["any other word of Uptime Kuma", `/api/push/${BARE}?status=sideways`, {}, "fail uuid"],
    ["borgmatic's start", `/api/push/${BARE}?status=up&msg=start`, {}, "start uuid"],
    ["borgmatic's finish", `/ping/${UUID}?status=up&msg=finish`, {}, 'success uuid "finish"'],
    ["an unknown form of token", "/api/push/nope?status=up", {}, "malformed: not found"],
    ["snitcher", `/ping/${UUID}?m=late&s=2`, {}, 'fail uuid 2 "late"'],
    ["snitcher with words", `/ping/${UUID}?s=disk+full`, {}, 'fail uuid "disk full"'],
    ["snitcher, healthy", `/ping/${UUID}?m=&s=`, {}, "success uuid"],
    ["Better Stack", `/api/v1/heartbeat/${UUID}`, {}, "success uuid"],
    [
      "Better Stack, failed",
      `/api/v1/heartbeat/${UUID}/fail`,
      { method: "POST", body: "out" },
      'fail uuid "out"',
    ],
    ["Better Stack, exit status", `/api/v1/heartbeat/${UUID}/3`, {}, "fail uuid 3"],
    ["Better Stack, zero", `/api/v1/heartbeat/${UUID}/0`, {}, "success uuid 0"],
    ["Honeybadger", `/v1/check_in/${UUID}`, {}, "success uuid"],
    [
      "hb run",
      `/v1/check_in/${KEY}/nightly`,
      json({ check_in: { status: "error", duration: 63, stdout: "out", stderr: "err", exit_code: 3 } }),
      'fail nightly 63ms 3 "out\nerr"',
    ],
    [
      "hb run of a command that cannot start",
      `/v1/check_in/${UUID}`,
      json({ check_in: { status: "error", exit_code: -1 } }),
      "fail uuid",
    ],
    ["no check_in", `/v1/check_in/${UUID}`, json({}), "malformed: the body is not a check_in in JSON"],
    ["Oh Dear starts", `/ping/${UUID}/starting`, json({}), "start uuid"],
    ["Oh Dear ends", `/ping/${UUID}/finished`, json({ exit_code: 0, runtime: 1.5 }), "success uuid 1500ms 0"],
    ["Oh Dear ends badly", `/ping/${UUID}/finished`, { method: "POST", body: "exit_code=2" }, "fail uuid 2"],
    [
      "Oh Dear fails, by curl -F",
      `/ping/${UUID}/failed`,
      {
        method: "POST",
        body: '--x\r\nContent-Disposition: form-data; name="failure_message"\r\n\r\nboom\r\n--x--\r\n',
      },
      'fail uuid "boom"',
    ],
    ["Checkly", `/heartbeats/ping/${UUID}`, {}, "success uuid"],
    [
      "Checkly by PUT",
      `/heartbeats/ping/${UUID}`,
      { method: "PUT" },
      "malformed: a heartbeat is sent by GET or POST",
    ],
    ["Cronhub", `/start/${UUID}`, {}, "start uuid"],
    ["Cronhub finishes", `/finish/${UUID}`, {}, "success uuid"],
    ["Cronhub fails", `/fail/${UUID}`, {}, "fail uuid"],
  ])("%s", (_, url, sent, expected) => {
    expect(readingText(read(url, sent))).toBe(expected);
  });
});

describe("monitors with a key beside", () => {
  const bearer = { headers: { authorization: `Bearer ${KEY}` }, method: "POST" };
  const external = "/api/v1/endpoints/core_ext-ep/external";
  const genie = { headers: { authorization: `GenieKey ${KEY}` } };
  const event = (more: object) => JSON.stringify({ identifier: "nightly", check_in_type: "cron", ...more });
  test.each<[string, string, Sent, string]>([
    ["gatus-cli", `${external}?success=true&error=&duration=2s`, bearer, "success core_ext-ep 2000ms"],
    [
      "gatus, failed",
      `${external}?success=false&error=boom&duration=1m1.5s`,
      bearer,
      'fail core_ext-ep 61500ms "boom"',
    ],
    ["gatus without a group", "/api/v1/endpoints/_a/external?success=true", bearer, "success a"],
    ["gatus says neither", external, bearer, "malformed: missing or invalid success query parameter"],
    [
      "gatus' odd duration",
      `${external}?success=true&duration=soon`,
      bearer,
      "malformed: invalid duration: soon",
    ],
    [
      "gatus without a key",
      `${external}?success=true`,
      { method: "POST" },
      "unauthorized: invalid Authorization header",
    ],
    [
      "gatus by GET",
      `${external}?success=true`,
      { headers: bearer.headers },
      "malformed: a result is sent by POST",
    ],
    ["Opsgenie", "/v2/heartbeats/My%20HB/ping", genie, "success my-hb"],
    ["Opsgenie with an odd name", "/v2/heartbeats/My%20HB/\u00fc/ping", genie, "success my-hb-u"],
    ["Opsgenie without a key", "/v2/heartbeats/x/ping", {}, "unauthorized: Key format is not valid!"],
    [
      "AppSignal: a start and its finish in one request",
      `/check_ins/json?api_key=${KEY}&name=app&environment=production`,
      {
        method: "POST",
        body: `${event({ digest: "a", kind: "start", timestamp: 100 })}\n${event({ digest: "a", kind: "finish", timestamp: 103 })}\n`,
      },
      "success nightly #a 3000ms",
    ],
    [
      "AppSignal: a start, and a heartbeat",
      `/check_ins/json?api_key=${KEY}&environment=staging`,
      {
        method: "POST",
        body: `${event({ digest: "a", kind: "start", timestamp: 100 })}\n{"identifier":"web","timestamp":1,"check_in_type":"heartbeat"}`,
      },
      "start nightly-staging #a, success web-staging",
    ],
    [
      "AppSignal: nothing readable",
      `/check_ins/json?api_key=${KEY}`,
      { method: "POST", body: "x\n[]" },
      "malformed: no line of the body is an event with an identifier",
    ],
    [
      "Pushgateway",
      `/pushgateway/${KEY}/metrics/job/backup/instance/h1`,
      { method: "PUT" },
      "success backup-h1",
    ],
    ["Pushgateway, base64", `/pushgateway/${KEY}/metrics/job@base64/YS9i`, { method: "POST" }, "success a-b"],
    ["Pushgateway, a group deleted", `/pushgateway/${KEY}/metrics/job/backup`, { method: "DELETE" }, ""],
  ])("%s", (_, url, sent, expected) => {
    expect(readingText(read(url, sent))).toBe(expected);
  });
});

describe("Alertmanager and Grafana", () => {
  const alert = (status: string, labels: object) => ({
    status,
    labels: { alertname: "Watchdog", ...labels },
  });
  const message = (...alerts: object[]): Sent => ({
    method: "POST",
    body: JSON.stringify({ status: "firing", alerts }),
  });
  test.each<[string, string, Sent, string]>([
    ["all fire", UUID, message(alert("firing", {}), alert("firing", { cluster: "c2" })), "success uuid"],
    [
      "one was resolved under the title firing",
      UUID,
      message(alert("firing", {}), alert("resolved", { cluster: "c1" })),
      'log uuid "resolved: Watchdog c1"',
    ],
    [
      "each alert has a check of its own",
      KEY,
      message(alert("firing", { cluster: "c2" }), alert("resolved", { cluster: "c1", severity: "none" })),
      'success watchdog-c2, log watchdog-c1 "resolved"',
    ],
    [
      "a label names the check",
      KEY,
      message(alert("firing", { check: "prometheus-a" })),
      "success prometheus-a",
    ],
    ["no message", UUID, { method: "POST", body: "{}" }, expect.stringContaining("malformed") as string],
  ])("%s", (_, key, sent, expected) => {
    expect(readingText(read(`/alertmanager/${key}`, sent))).toEqual(expected);
  });
});

describe("our own form", () => {
  const send = (ping: object, headers: Record<string, string> = { authorization: `Bearer ${KEY}` }) =>
    readingText(read("/v1/ping", { method: "POST", headers, body: JSON.stringify(ping) }));
  test("says everything that a ping may say", () => {
    const more = { runId: "r1", exitStatus: 3, durationSeconds: 2.5, body: "boom", once: "x" };
    expect(send({ check: "Nightly Backup", kind: "fail", ...more })).toBe(
      'fail nightly-backup #r1 2500ms 3 "boom"',
    );
    expect(send({ check: UUID, kind: "success" }, {})).toBe("success uuid");
  });

  test.each([
    [{ kind: "fail" }, "malformed: check must be the UUID of a ping URL, or a slug or name"],
    [{ check: "x", kind: "done" }, "malformed: kind must be start, success, fail or log"],
    [
      { check: "x", kind: "fail", exitStatus: 256 },
      "malformed: exitStatus must be a whole number from 0 to 255",
    ],
    [{ check: "x", kind: "fail", state: 1 }, 'malformed: Unrecognized key: "state"'],
  ])("%j is refused with the field that is wrong", (ping, expected) => {
    expect(send(ping)).toBe(expected);
  });

  test("a name needs a key", () => {
    expect(send({ check: "x", kind: "fail" }, {})).toContain("unauthorized");
  });
});

test.each(["/", "/v1/projects", "/ping/x", "/api/v3/checks/", "/start/now", "/metrics", "/status/a"])(
  "%s belongs to no dialect",
  (path) => expect(dialectOf({ path, query: new URLSearchParams() })).toBeNull(),
);

test.each([
  ['{"exit_code":3,"runtime":1.5,"memory":42,"failure_message":"no space"}', 3, 1_500, "no space"],
  ['{"exit_code":-1}', null, null, ""],
  ["exit_code=2&runtime=0.2", 2, 200, ""],
])(
  "a plain ping with Oh Dear's fields alone is a failure by its exit code: %s",
  (body, exitStatus, durationMs, text) => {
    expect(ohDearFailure(body)).toEqual({ exitStatus, durationMs, body: text });
  },
);

test.each([
  '{"exit_code":0,"runtime":1.5}',
  '{"exit_code":1,"host":"db1"}',
  '{"exit_code":"none"}',
  "the exit_code was 1",
  '[{"exit_code":1}]',
  "",
])("any other body is the output of a job: %s", (body) => {
  expect(ohDearFailure(body)).toBeNull();
});

test("a name is stored without what no database takes", () => {
  const body = JSON.stringify({ check: "a\u0000b\ud800", kind: "success" });
  const reading = read("/v1/ping", { method: "POST", body, headers: { authorization: `Bearer ${KEY}` } });
  expect(reading).toMatchObject({ pings: [{ target: { slug: "a-b", name: "a b\ufffd" } }] });
});
