import { describe, expect, test } from "vitest";
import { ScheduleInput, ScheduleReadingInput } from "../schedule-input.ts";
import { proposeScheduler } from "./propose-scheduler.ts";

const BERLIN = "Europe/Berlin";

describe("a line that plain cron does not take proposes what runs the job", () => {
  test.each<[string, string[], RegExp]>([
    ["0 30 2 * * *", ["spring", "cron-kelektiv", "bullmq"], /six fields: seconds before/],
    ["0 0 12 ? * MON-FRI", ["quartz", "spring", "bullmq"], /six fields/],
    ["0 0 12 ? * MON 2027", ["quartz", "hashicorp-nomad"], /seven fields: .* a year after/],
    ["0 10 * * ?", ["kubernetes", "bullmq", "hashicorp-nomad"], /A \? means any day/],
    ["H 2 * * *", ["jenkins"], /Jenkins draws/],
    ["H/15 * * * * make", ["jenkins"], /Jenkins draws/],
    ["H(0-29) H(2-4) * * 1-5", ["jenkins"], /Jenkins draws/],
    ["TZ=Asia/Tokyo 5 9 * * *", ["gocron", "netresearch-go-cron"], /time zone before the fields/],
    ["CRON_TZ=Asia/Tokyo 5 9 * * *", ["gocron", "netresearch-go-cron"], /time zone before the fields/],
    ["MAILTO=ops\nCRON_TZ=Asia/Tokyo\n5 9 * * * /opt/x", ["cronie"], /Debian's cron ignores it/],
    ["@every 90m", ["kubernetes", "gocron", "netresearch-go-cron"], /counts from the last start/],
    ["0 0 15W * *", ["hashicorp-nomad", "croniter"], /cron \(Debian.* refuses this line/],
  ])("%j", (expression, schedulers, because) => {
    expect(proposeScheduler({ expression })).toEqual({
      schedulers,
      because: expect.stringMatching(because),
    });
  });

  test.each([
    ["a plain line", "30 2 * * *", undefined],
    ["a plain macro", "@daily", undefined],
    ["a line that nobody reads", "61 * * * *", undefined],
    ["an interval in words", "every 5 minutes", undefined],
    ["a systemd timer", "[Timer]\nOnCalendar=daily", undefined],
    ["a text that names its scheduler", "kind: CronJob\nschedule: '0 2 * * *'", undefined],
    ["six fields of the scheduler that was chosen", "0 30 2 * * *", "spring"],
    ["@every of the scheduler that was chosen", "@every 90m", "kubernetes"],
    ["H of Jenkins", "H 2 * * *", "jenkins"],
    ["a zone before the fields of a scheduler that was chosen", "TZ=Asia/Tokyo 5 9 * * *", "gocron"],
  ])("nothing is proposed for %s", (_, expression, scheduler) => {
    expect(proposeScheduler({ expression, scheduler })).toBeNull();
  });

  test("a text that names another scheduler than the chosen one proposes that", () => {
    const expression = "kind: CronJob\nschedule: '0 2 * * *'";
    expect(proposeScheduler({ expression, scheduler: "spring" })).toEqual({
      schedulers: ["kubernetes"],
      because: "This is a Kubernetes CronJob.",
    });
  });
});

describe("a text that shows what runs the job is read as that scheduler's line", () => {
  test.each<[string, string, string, string]>([
    [
      "kind: CronJob\nspec:\n  schedule: '30 2 * * *'\n  timeZone: Asia/Tokyo",
      "kubernetes",
      "30 2 * * *",
      "Asia/Tokyo",
    ],
    ["kind: CronJob\nspec:\n  schedule: '@every 90m'", "kubernetes", "@every 90m", BERLIN],
    ["my_job:\n  cron: '*/5 * * * *'\n  class: HardJob", "fugit", "*/5 * * * *", BERLIN],
    [
      'periodic {\n  crons = ["*/15 * * * *"]\n  time_zone = "UTC"\n}',
      "hashicorp-nomad",
      "*/15 * * * *",
      "UTC",
    ],
    ["triggers {\n  cron('H 2 * * *')\n}", "jenkins", "H 2 * * *", BERLIN],
    ['@Scheduled(cron = "0 0 2 * * *", zone = "Asia/Tokyo")', "spring", "0 0 2 * * *", "Asia/Tokyo"],
    ['@Schedule(hour = "2", minute = "30", timezone = "Asia/Tokyo")', "wildfly", "30 2 * * *", "Asia/Tokyo"],
    ['@Schedule(second="*/10", minute="*", hour="*", persistent=false)', "wildfly", "*/10 * * * * *", BERLIN],
    ['@Schedule(dayOfMonth = "2nd Fri, Last", info = "backup")', "wildfly", "0 0 L * Fri#2", BERLIN],
    ['{"schedule": "0 30 1 * * ?", "repository": "nightly"}', "elasticsearch", "0 30 1 * * ?", "UTC"],
    [
      '"trigger": { "schedule": { "timezone": "Asia/Tokyo", "cron": "0 0 9 ? * MON" } }',
      "elasticsearch",
      "0 0 9 ? * MON",
      "Asia/Tokyo",
    ],
    ['cronSchedule("0 0 12 ? * MON-FRI")', "quartz", "0 0 12 ? * MON-FRI", BERLIN],
    ['BackgroundJob.scheduleRecurrently("id", "0 5 * * *", () -> run());', "jobrunr", "0 5 * * *", BERLIN],
    ["@Cron('0 30 2 * * *', { timeZone: 'Asia/Tokyo' })", "cron-kelektiv", "0 30 2 * * *", "Asia/Tokyo"],
    ["new CronJob('0 4 * * *', run)", "cron-kelektiv", "0 4 * * *", BERLIN],
    [
      "cron.schedule('*/5 * * * *', run, { timezone: 'Asia/Tokyo' })",
      "node-cron",
      "*/5 * * * *",
      "Asia/Tokyo",
    ],
    ["schedule.scheduleJob('42 * * * *', run)", "node-schedule", "42 * * * *", BERLIN],
    ["new Cron('0 0 * * *')", "croner", "0 0 * * *", BERLIN],
    [
      "queue.upsertJobScheduler('x', { pattern: '0 3 * * *', tz: 'Asia/Tokyo' })",
      "bullmq",
      "0 3 * * *",
      "Asia/Tokyo",
    ],
    ["gocron.CronJob(`5 4 * * *`, false)", "gocron", "5 4 * * *", BERLIN],
    ['DAG("etl", schedule="0 2 * * *")', "airflow", "0 2 * * *", BERLIN],
    ['ScheduleDefinition(job=j, cron_schedule="0 2 * * *")', "dagster", "0 2 * * *", BERLIN],
    ["CronTrigger.from_crontab('0 9 * * 1-5')", "apscheduler", "0 9 * * 1-5", BERLIN],
    ["CronTrigger(day_of_week='mon-fri', hour=17)", "apscheduler", "0 17 * * mon-fri", BERLIN],
    ["add_job(run, 'cron', day=1, timezone='Asia/Tokyo')", "apscheduler", "0 0 1 * *", "Asia/Tokyo"],
    ["crontab(hour=7, minute=30, day_of_week='mon-fri')", "celery", "30 7 * * mon-fri", BERLIN],
    ["'schedule': crontab(minute=0, hour='*/3, 8-17'),", "celery", "0 */3,8-17 * * *", BERLIN],
  ])("%j", (expression, scheduler, line, timezone) => {
    const read = ScheduleReadingInput.parse({ kind: "cron", expression, timezone: BERLIN });
    expect(read.schedule).toMatchObject({ kind: "cron", expression: line, scheduler, timezone });
    expect(read.notes[0]).toMatch(/^This is .*, so it is read as .* reads it\.$/);
  });

  test.each([
    ["->dailyAt('13:05')", "5 13 * * *"],
    ["->daily()", "0 0 * * *"],
    ["->weekdays()->hourlyAt(17)", "17 * * * 1-5"],
    ["->everyFifteenMinutes()", "*/15 * * * *"],
    ["->everyFourHours(30)", "30 */4 * * *"],
    ["->twiceDaily(1, 13)", "0 1,13 * * *"],
    ["->weekly()->at('8:00')", "0 8 * * 0"],
    ["->weeklyOn(1, '8:00')", "0 8 * * 1"],
    ["->monthlyOn(4, '15:00')", "0 15 4 * *"],
    ["->quarterly()", "0 0 1 1-12/3 *"],
    ["->yearlyOn(6, 1, '17:00')", "0 17 1 6 *"],
    ["->mondays()->at('9:30')", "30 9 * * 1"],
    ["->days([Schedule::SUNDAY, 3])->daily()", "0 0 * * 0,3"],
    ["->cron('*/7 * * * *')", "*/7 * * * *"],
  ])("Laravel's %s", (methods, line) => {
    const expression = `$schedule->command('emails:send')${methods}->timezone('Asia/Tokyo');`;
    const { schedule, name } = ScheduleReadingInput.parse({ kind: "cron", expression, timezone: BERLIN });
    expect(schedule).toEqual({
      kind: "cron",
      expression: line,
      scheduler: "laravel-cron-expression",
      timezone: "Asia/Tokyo",
    });
    expect(name).toBe("emails:send");
  });

  test("what was chosen before stays, for a text that names another", () => {
    const expression = "kind: CronJob\nschedule: '0 2 * * *'";
    const schedule = { kind: "cron", expression, scheduler: "gocron", timezone: BERLIN };
    expect(ScheduleInput.parse(schedule)).toMatchObject({ scheduler: "gocron" });
  });

  test.each([
    ["keywords of another crontab", "crontab(minute=0, day='1')"],
    ["keywords that no field stands for", "CronTrigger(week=3)"],
    ["a call in a call", "crontab(minute=f(3))"],
  ])("%s are refused", (_, expression) => {
    expect(ScheduleInput.safeParse({ kind: "cron", expression, timezone: BERLIN }).success).toBe(false);
  });
});

test("@every stays the line of a scheduler that reads it, and is an interval for the others", () => {
  const typed = { kind: "cron", expression: "@every 90m", timezone: BERLIN };
  expect(ScheduleInput.parse({ ...typed, scheduler: "kubernetes" })).toEqual({
    ...typed,
    scheduler: "kubernetes",
  });
  expect(ScheduleInput.parse(typed)).toEqual({ kind: "interval", everySeconds: 5400 });
});

describe("what a pasted text says of the set-up is read", () => {
  const CRON_JOB = "kind: CronJob\nspec:\n  schedule: '0 3 * * *'";
  test.each<[string, object | undefined]>([
    [CRON_JOB, { missed: "no-deadline", overlap: "parallel" }],
    [
      `${CRON_JOB}\n  concurrencyPolicy: Forbid # one at a time\n  startingDeadlineSeconds: 200`,
      { missed: "deadline", withinSeconds: 200, overlap: "one-at-the-end" },
    ],
    ["schedule: '0 3 * * *'\nconcurrencyPolicy: Replace", { overlap: "replaced" }],
    ['@DisallowConcurrentExecution\ncronSchedule("0 0 12 ? * MON-FRI")', { overlap: "one-at-the-end" }],
    ["new Cron('0 0 * * *', { protect: true })", { overlap: "one-at-the-end" }],
    ["cron.schedule('0 0 * * *', run, { noOverlap: true })", { overlap: "skipped" }],
    ["new CronJob({ cronTime: '0 4 * * *', waitForCompletion: true })", { overlap: "skipped" }],
    ['DAG("etl", schedule="0 2 * * *", catchup=True)', { missed: "catchup" }],
    ["[Timer]\nOnCalendar=daily\nPersistent=true", { missed: "persistent" }],
    ["[Timer]\nOnCalendar=daily", { missed: "not-persistent" }],
    ["[Timer]\nOnUnitActiveSec=1h", { missed: "unit-active" }],
    ["OnCalendar=daily", undefined],
    // Without a store nothing is made up, whatever the limit.
    ["add_job(run, 'cron', day=1, misfire_grace_time=300, coalesce=False)", undefined],
    [
      "add_job(run, 'cron', day=1, misfire_grace_time=300, jobstore='sql')",
      { missed: "database", withinSeconds: 300 },
    ],
    [
      "SQLAlchemyJobStore(url=URL)\nadd_job(run, 'cron', hour=3, misfire_grace_time=None)",
      { missed: "database-no-limit" },
    ],
    [
      "add_job(run, 'cron', hour=3, misfire_grace_time=None, coalesce=False, jobstore='sql')",
      { missed: "database-no-coalesce" },
    ],
    [
      "add_job(run, 'cron', hour=3, id='a', replace_existing=True, max_instances=3)",
      { missed: "database-replaced", overlap: "parallel" },
    ],
    ["add_job(run, 'cron', hour=3, max_instances=1)", undefined],
  ])("%j", (expression, setup) => {
    const { schedule } = ScheduleReadingInput.parse({ kind: "cron", expression, timezone: BERLIN });
    expect(schedule.setup).toEqual(setup);
  });

  test("no set-up is read from the text where another scheduler, or another set-up, was chosen", () => {
    const text = { kind: "cron", expression: CRON_JOB, timezone: BERLIN };
    const setupOf = (given: object) => ScheduleReadingInput.parse({ ...text, ...given }).schedule.setup;
    expect(setupOf({ scheduler: "gronx" })).toBeUndefined();
    expect(setupOf({ scheduler: "kubernetes", setup: { overlap: "replaced" } })).toEqual({
      overlap: "replaced",
    });
  });
});
