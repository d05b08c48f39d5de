import { describe, expect, test } from "vitest";
import { ScheduleInput, ScheduleReadingInput } from "../schedule-input.ts";
import { nameOfCommand } from "./job-name.ts";
import { secondsOfSpan } from "./reading.ts";

const BERLIN = "Europe/Berlin";

describe("a line of a crontab is read as it stands", () => {
  test.each<[string, string, string, string | null]>([
    ["@daily", "@daily", BERLIN, null],
    ["@midnight /opt/rotate-logs", "@midnight", BERLIN, "rotate-logs"],
    ["30 2 * * * /usr/local/bin/backup.sh", "30 2 * * *", BERLIN, "backup"],
    ["30 2 * * * /usr/local/bin/backup.sh --all >> /var/log/backup.log 2>&1", "30 2 * * *", BERLIN, "backup"],
    ["17 * * * * root cd / && run-parts --report /etc/cron.hourly", "17 * * * *", BERLIN, "run-parts"],
    ["0 21 * * * Europe/Riga", "0 21 * * *", "Europe/Riga", null],
    ["0 21 * * * europe/riga", "0 21 * * *", "Europe/Riga", null],
    ["0 21 * * * Report/run", "0 21 * * *", BERLIN, "run"],
    ["CRON_TZ=Asia/Tokyo 5 9 * * *", "5 9 * * *", "Asia/Tokyo", null],
    ["TZ=Asia/Tokyo 5 9 * * * /opt/report.py", "5 9 * * *", "Asia/Tokyo", "report"],
    [
      "MAILTO=ops@example.com\nCRON_TZ=Asia/Calcutta\n\n# every night\n5 9 * * * /opt/report",
      "5 9 * * *",
      "Asia/Kolkata",
      "report",
    ],
    ["5, 10 * * * *", "5,10 * * * *", BERLIN, null],
    ["0 5 * * * # nightly import", "0 5 * * *", BERLIN, "nightly import"],
    ["# nightly import\n0 5 * * *", "0 5 * * *", BERLIN, "nightly import"],
    ["`0 5 * * *`", "0 5 * * *", BERLIN, null],
    ["0 9 * * *\n\n# and on Mondays\n30 8 * * 1", "0 9 * * *\n30 8 * * 1", BERLIN, null],
    ["0 9 * * * /opt/a\n0 21 * * * /opt/a", "0 9 * * *\n0 21 * * *", BERLIN, "a"],
    ["0 9 * * * /opt/a\n0 21 * * * /opt/b", "0 9 * * *", BERLIN, "a"],
    ["cron(0 5 ? * MON-FRI *)", "0 5 * * MON-FRI", "UTC", null],
    ["cron(0 5 ? * 2-6 *)", "0 5 * * 1-5", "UTC", null],
    ["  - cron: '30 5 * * 1,3'", "30 5 * * 1,3", BERLIN, null],
    [
      'metadata:\n  name: nightly\nspec:\n  schedule: "0 2 * * *"\n  timeZone: "Europe/Riga"',
      "0 2 * * *",
      "Europe/Riga",
      "nightly",
    ],
  ])("%j", (expression, stored, timezone, name) => {
    const read = ScheduleReadingInput.parse({ kind: "cron", expression, timezone: BERLIN });
    expect(read).toMatchObject({ schedule: { kind: "cron", expression: stored, timezone }, name });
  });

  test.each([
    ["@every 5m", 300],
    ["@every 1h30m /opt/sync", 5400],
    ["@every 2 minutes", 120],
    ["@every 2 minutes /opt/sync", 120],
    ["every 5 minutes", 300],
    ["90m", 5400],
    ["rate(5 minutes)", 300],
  ])("%s is an interval", (expression, everySeconds) => {
    const schedule = ScheduleInput.parse({ kind: "cron", expression, timezone: BERLIN });
    expect(schedule).toEqual({ kind: "interval", everySeconds });
  });
});

describe("a systemd timer is read as it stands, whatever kind was chosen", () => {
  test.each<[string, object]>([
    ["OnCalendar=Mon..Fri 02:00", { schedule: { expression: "Mon..Fri 02:00", timezone: BERLIN } }],
    [
      "[Unit]\nDescription=Nightly backup\n\n[Timer]\n# at night\nOnCalendar=*-*-* 02:00\nRandomizedDelaySec=15min\nPersistent=true\n\n[Install]\nWantedBy=timers.target",
      { schedule: { expression: "*-*-* 02:00" }, name: "Nightly backup", jitterSeconds: 900 },
    ],
    [
      "[Timer]\nOnCalendar=daily\nOnCalendar=\nOnCalendar=weekly\nUnit=backup.service",
      { schedule: { expression: "weekly" }, name: "backup" },
    ],
    [
      "[Timer]\nOnBootSec=5min\nOnUnitActiveSec=1h 30min",
      { schedule: { kind: "interval", everySeconds: 5400 } },
    ],
  ])("%j", (expression, expected) => {
    for (const kind of ["cron", "oncalendar"])
      expect(ScheduleReadingInput.parse({ kind, expression, timezone: BERLIN })).toMatchObject(expected);
  });

  test.each([
    ["daily\n\n; a remark\n# another\nMon 03:00", "Asia/Tokyo", "daily\nMon 03:00"],
    ["02:00 JST", "Asia/Tokyo", "02:00"],
    ["02:00 CEST", BERLIN, "02:00"],
    ["02:00 localtime", BERLIN, "02:00"],
    ["02:00 posix/Europe/Riga", BERLIN, "02:00 posix/Europe/Riga"],
  ])("%j in %s is stored as %j", (expression, timezone, stored) => {
    expect(ScheduleInput.parse({ kind: "oncalendar", expression, timezone })).toMatchObject({
      expression: stored,
      timezone,
    });
  });
});

describe("what cannot be read is refused with the way out", () => {
  test.each([
    ["cron", "0 0 2 * * MON-FRI", /leave out the seconds and write 0 2 \* \* MON-FRI/],
    ["cron", "0 0 5 ? * MON-FRI 2026", /has 7: .* write 0 5 \* \* MON-FRI/],
    ["cron", "0 5 ? * MON-FRI *", /the last is the year, so leave it out and write 0 5 \* \* MON-FRI\./],
    ["cron", "0 10 * * ? *", /write 0 10 \* \* \*\. If /],
    ["cron", "15 10 ? * 6L 2026-2030", /write 15 10 \* \* 6L\. Write its weekdays by name/],
    ["cron", "0 15 10 ? * 2-6", /write 15 10 \* \* 2-6\. Write its weekdays by name/],
    [
      "cron",
      "0 0 12 * * ?",
      /leave out the seconds and write 0 12 \* \* \*\. If Quartz \(Java\), .* runs this job, choose it/,
    ],
    ["cron", "0 3 * * * JST", /no time zone “JST”/],
    ["cron", "0 3 * * * +02:00", /no time zone “\+02:00”/],
    ["cron", "0 3 * * * UTC+2", /no time zone “UTC\+2”/],
    ["cron", "0 3 * * * Europe/Berlinn", /no time zone “Europe\/Berlinn”/],
    ["cron", "10s", /at least 60 seconds/],
    ["cron", "[Timer]\nOnBootSec=5min", /does not say when the job runs again/],
    ["cron", "61 2 * * * /opt/backup", /minute field goes from 0 to 59/],
    ["cron", "CRON_TZ=Mars/Base 5 9 * * *", /no time zone “Mars\/Base”/],
    ["cron", "@every 5s", /at least 60 seconds/],
    ["cron", "@every", /@every needs a span/],
    ["cron", "@fortnightly", /There is no macro @fortnightly/],
    ["cron", "# only a remark", /./],
    ["cron", "cron(0 5 ? * * 2027)", /certain years/],
    ["oncalendar", "02:00 JST", /no time zone “JST”/],
    ["oncalendar", "[Timer]\nPersistent=true", /does not say when the job runs again/],
  ])("%s %j", (kind, expression, sentence) => {
    const { error } = ScheduleInput.safeParse({ kind, expression, timezone: BERLIN });
    expect(error?.issues[0]?.message).toMatch(sentence);
  });

  test("an interval of a text has no exceptions", () => {
    const schedule = {
      kind: "cron",
      expression: "@every 5m",
      timezone: BERLIN,
      except: { dates: ["2026-12-24"] },
    };
    expect(ScheduleInput.safeParse(schedule).error?.issues).toMatchObject([{ path: ["except"] }]);
  });
});

test("other jobs of a pasted crontab are said to be left out", () => {
  const expression = "0 9 * * * /opt/a\n0 21 * * * /opt/b\n0 22 * * * /opt/c";
  const { notes } = ScheduleReadingInput.parse({ kind: "cron", expression, timezone: BERLIN });
  expect(notes).toContain("2 more lines are other jobs: make a check of its own for each.");
});

test("a pasted crontab of several jobs is not stored as the schedule of one check", () => {
  const expression = "0 9 * * * /opt/a\n0 21 * * * /opt/b\n0 22 * * * /opt/c";
  const { error } = ScheduleInput.safeParse({ kind: "cron", expression, timezone: BERLIN });
  expect(error?.issues).toMatchObject([
    {
      path: ["expression"],
      message: expect.stringContaining("This text has 3 jobs, and a check watches one"),
    },
  ]);
  const twice = "0 9 * * * /opt/a\n0 21 * * * /opt/a";
  expect(ScheduleInput.parse({ kind: "cron", expression: twice, timezone: BERLIN })).toMatchObject({
    expression: "0 9 * * *\n0 21 * * *",
  });
});

test.each([
  ["/usr/bin/flock -n /tmp/lock /opt/sync.sh", "sync"],
  ["flock -w 10 /tmp/lock -c 'nice -n 10 /opt/sync.sh'", "sync"],
  ["cd /srv/app && /usr/bin/php artisan schedule:run >> /dev/null 2>&1", "artisan schedule:run"],
  ["FOO=bar timeout 300 python3 /opt/etl/load.py", "load"],
  ["www-data /usr/bin/php -f /srv/nextcloud/cron.php", "cron"],
  ["python -m jobs.nightly --now", "jobs.nightly"],
  ["bash -c 'pg_dump shop | gzip > /backup/shop.gz'", "pg_dump shop"],
  ["test -x /usr/sbin/anacron || ( cd / && run-parts --report /etc/cron.daily )", "run-parts"],
  ["restic backup /home", "restic backup"],
  ["certbot renew --quiet", "certbot renew"],
  ["sudo -u postgres /usr/bin/vacuumdb --all", "vacuumdb"],
  ["root /root/bin/backup.sh", "backup"],
  ["cd /tmp", null],
  ["", null],
])("the job of %j is called %j", (command, name) => expect(nameOfCommand(command)).toBe(name));

test.each([
  ["90", 90],
  ["1h 30min", 5400],
  ["1h30m", 5400],
  ["2 weeks", 1_209_600],
  ["5 minutes", 300],
  ["soon", null],
  ["5 fortnights", null],
])("the span %s is %s seconds", (text, seconds) => expect(secondsOfSpan(text)).toBe(seconds));
