import { describe, expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const someone = await person(api);

async function explain(schedule: object): Promise<Response> {
  return await someone.as("POST", "/v1/schedules/explain", { schedule });
}

test("a schedule is explained with its next five times", async () => {
  const response = await explain({ kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" });
  expect(response.status).toBe(200);
  const { next } = await read<{ next: { at: string; local: string }[] }>(response);
  expect(next).toHaveLength(5);
  expect(next[0]).toMatchObject({ at: expect.stringMatching(/Z$/), local: expect.stringContaining("02:30") });
});

test.each([
  [
    "a broken cron expression",
    { kind: "cron", expression: "61 * * * *", timezone: "UTC" },
    "schedule.expression",
  ],
  [
    "one that never comes",
    { kind: "cron", expression: "0 0 30 2 *", timezone: "UTC" },
    "schedule.expression",
  ],
  [
    "an unknown time zone",
    { kind: "cron", expression: "0 0 * * *", timezone: "Mars/Base" },
    "schedule.timezone",
  ],
  ["an interval of zero", { kind: "interval", everySeconds: 0 }, "schedule.everySeconds"],
])("%s is refused with the sentence that a check's form gets", async (_, schedule, field) => {
  const [question, check] = await Promise.all([
    explain(schedule),
    someone.as("POST", `${someone.path}/checks`, { schedule }),
  ]);
  expect(question.status).toBe(400);
  const problem = await read<{ errors: object[] }>(question);
  expect(problem.errors).toMatchObject([{ field }]);
  expect(await read(check)).toMatchObject({ status: 400, errors: problem.errors });
});

test("a pasted line of a crontab is read, and a name proposed from its command", async () => {
  const expression = "CRON_TZ=Asia/Tokyo 30 2 * * * /usr/local/bin/backup.sh --all";
  const pasted = { kind: "cron", expression, timezone: "Europe/Berlin" };
  const schedule = { kind: "cron", expression: "30 2 * * *", timezone: "Asia/Tokyo" };
  const response = await explain(pasted);
  expect(await read(response)).toMatchObject({
    schedule,
    suggestedName: "backup",
    suggestedJitterSeconds: null,
  });
  const check = await someone.as("POST", `${someone.path}/checks`, { schedule: pasted });
  expect(await read(check)).toMatchObject({ schedule });
});

test("a pasted timer is read, with its delay", async () => {
  const expression = "[Timer]\nOnCalendar=Mon..Fri 02:00\nRandomizedDelaySec=15min\nUnit=backup.service";
  const response = await explain({ kind: "cron", expression, timezone: "Europe/Berlin" });
  expect(await read(response)).toMatchObject({
    schedule: { kind: "oncalendar", expression: "Mon..Fri 02:00", timezone: "Europe/Berlin" },
    suggestedName: "backup",
    suggestedJitterSeconds: 900,
  });
});

test("an explanation tells what the scheduler makes of the line, and what it does with missed runs", async () => {
  const response = await explain({
    kind: "cron",
    expression: "0 9 * * 1-5",
    scheduler: "apscheduler",
    timezone: "Europe/Berlin",
  });
  expect(await read(response)).toMatchObject({
    lints: [
      {
        code: "otherwise",
        message:
          "APScheduler counts weekdays from Monday = 0: this runs Tuesday to Saturday at 09:00; plain cron would run it Monday to Friday at 09:00.",
      },
    ],
    policy: {
      usual: ["After it was down, APScheduler (jobs in memory) makes up nothing.", expect.any(String)],
    },
  });
});

describe("readings for anybody", () => {
  const readings = async (query: string) => await api.call("GET", `/v1/schedules/readings?${query}`);

  test("stand side by side, a refusal among them", async () => {
    const response = await readings(
      "expression=30+2+*+*+7&timezone=Europe/Berlin&scheduler=debian-cron&scheduler=kubernetes&scheduler=busybox",
    );
    expect(response.status).toBe(200);
    expect(await read(response)).toMatchObject({
      items: [
        {
          scheduler: "debian-cron",
          refusal: null,
          meaning: { text: "Every Sunday at 02:30, Europe/Berlin" },
        },
        { scheduler: "kubernetes", refusal: expect.stringContaining("write 0 for Sunday"), meaning: null },
        { scheduler: "busybox", meaning: { lints: [{ code: "otherwise" }] } },
      ],
    });
  });

  test.each([
    ["no line", "timezone=UTC"],
    ["an unknown scheduler", "expression=0+0+*+*+*&scheduler=tardis"],
    ["an unknown zone", "expression=0+0+*+*+*&timezone=Mars/Base"],
    ["seven schedulers", `expression=0+0+*+*+*${"&scheduler=quartz".repeat(7)}`],
  ])("are refused for %s", async (_, query) => {
    expect((await readings(query)).status).toBe(400);
  });

  test("asked for too many at once are refused with the way out, and none fails", async () => {
    const responses = await Promise.all(Array.from({ length: 100 }, () => readings("expression=0+0+*+*+*")));
    const statuses = new Set(responses.map(({ status }) => status));
    expect(statuses).toEqual(new Set([200, 503]));
    const [refused] = responses.filter(({ status }) => status === 503);
    expect(await refused?.json()).toMatchObject({ detail: expect.stringContaining("in a few seconds") });
  });

  test("have a limit of their own", async () => {
    const { headers } = await readings("expression=0+0+*+*+*");
    expect(headers.get("ratelimit-policy")).toContain('"readings"');
  });
});

test("the forecast of a project lists the checks that the next clock change touches, as their schedulers run them", async () => {
  const ada = await person(api);
  const create = async (name: string, schedule: object) =>
    await ada.as("POST", `${ada.path}/checks`, { name, schedule });
  const nightly = { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" };
  await create("export", { ...nightly, scheduler: "kubernetes" });
  await create("noon", { ...nightly, expression: "0 12 * * *" });
  await create("beat", { kind: "interval", everySeconds: 300 });
  const answer = await read(await ada.as("GET", `${ada.path}/clock-changes`));
  expect(answer).toMatchObject({
    looked: 2,
    items: [
      {
        checkName: "export",
        scheduler: "Kubernetes CronJob",
        timezone: "Europe/Berlin",
        // In spring it is skipped, and in autumn it runs twice.
        effect: expect.stringMatching(/^02:30 (does not run|runs twice)/),
      },
    ],
  });
});

test("schedulers are listed with their families together, plain cron first", async () => {
  const { items } = await read<{ items: { id: string; family: string }[] }>(
    await api.call("GET", "/v1/schedulers"),
  );
  expect(items[0]).toMatchObject({ id: "debian-cron", family: "Linux" });
  const families = items.map(({ family }) => family);
  expect(families.filter((family, index) => family !== families[index - 1])).toHaveLength(
    new Set(families).size,
  );
});

test("every time zone on the list can be used", async () => {
  const { items } = await read<{ items: string[] }>(await api.call("GET", "/v1/timezones"));
  expect(items).toContain("Europe/Berlin");
  expect(items.length).toBeGreaterThan(300);
});
