import { expect, test } from "vitest";

import { adviceFor } from "./advice.ts";
import { historiesOf, readCronLog } from "./history.ts";
import type { FoundJob } from "./job.ts";
import { maskSecrets } from "./mask.ts";
import { assessJobs } from "./propose.ts";
import { discoveryTable, isOpen, openText } from "./report.ts";
import { type Contents, jobsOn } from "../../test/discover/machine.ts";

const NOW = Date.parse("2026-03-02T12:00:00Z");
const CRONTAB: Contents = {
  "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Berlin" },
  "/var/spool/cron/crontabs/root": [
    "0 2 * * * /opt/backup --all",
    "*/5 * * * * /opt/sync && echo done",
    "0 3 * * * overdue run --check report -- /opt/report",
    "0 4 * * * /opt/old && curl https://hc-ping.com/5f0e6a30-1111-4222-8333-444455556666",
    "",
  ].join("\n"),
};
const known = { checks: [], host: "web1", histories: new Map(), now: NOW };
const check = (slug: string, schedule: object) => ({
  id: "c1",
  name: slug,
  slug,
  tags: [],
  status: "up",
  createdAt: "2026-03-01T00:00:00.000Z",
  pingUrl: null,
  schedule: { kind: "cron", expression: "0 2 * * *", timezone: "Europe/Berlin", ...schedule },
});

test("an unwatched job is proposed with its slug, schedule, zone and host", () => {
  const [backup] = assessJobs(jobsOn(CRONTAB), known);
  expect(backup?.state).toBe("unwatched");
  expect(backup?.proposal).toMatchObject({
    slug: "backup",
    name: "backup on web1",
    tags: ["host:web1"],
    schedule: { kind: "cron", expression: "0 2 * * *", timezone: "Europe/Berlin" },
    graceSeconds: 3600,
  });
});

test("a second look finds the check that the first made, and proposes nothing more", () => {
  const jobs = jobsOn(CRONTAB);
  const [again] = assessJobs(jobs, { ...known, checks: [check("backup", {})] });
  expect(again).toMatchObject({ state: "not connected", proposal: null, notes: [] });
});

test("a job that reports to its check is watched, and one that reports elsewhere says where", () => {
  const states = assessJobs(jobsOn(CRONTAB), {
    ...known,
    checks: [check("report", { expression: "0 3 * * *" })],
  });
  expect(states.map(({ state }) => state)).toEqual(["unwatched", "unwatched", "watched", "elsewhere"]);
  expect(states[3]?.notes).toEqual(["It reports to hc-ping.com, in its line."]);
});

test("a check whose schedule is no longer that of the crontab is named, and left alone", () => {
  const states = assessJobs(jobsOn(CRONTAB), { ...known, checks: [check("report", {})] });
  expect(states[2]).toMatchObject({ state: "watched", proposal: null });
  expect(states[2]?.notes[0]).toContain(
    "expects it at “0 2 * * *” (debian-cron, Europe/Berlin), and it is set to run at “0 3 * * *”",
  );
});

test("a line that reports to a check which the project does not have is named", () => {
  const states = assessJobs(jobsOn(CRONTAB), { ...known, checks: [check("other", {})] });
  expect(states[2]?.notes).toEqual(["It reports to “report”, which this project does not have."]);
});

test.each([
  ["every 5 minutes, without a history: the time between two runs", "*/5 * * * * /opt/job", null, 300],
  ["every day, without a history: an hour", "0 2 * * * /opt/job", null, 3600],
  ["runs of up to 50 minutes: twice that", "0 2 * * * /opt/job", 3_000_000, 6000],
  ["quick runs: 5 minutes", "0 2 * * * /opt/job", 900, 300],
])("the grace of a job %s", (_, line, longestMs, graceSeconds) => {
  const jobs = jobsOn({ "/var/spool/cron/crontabs/root": `${line}\n` });
  const histories = new Map(jobs.map((job) => [job, { longestMs: longestMs ?? 0, runs: 3 }]));
  const [one] = assessJobs(jobs, { ...known, histories: longestMs === null ? new Map() : histories });
  expect(one?.proposal?.graceSeconds).toBe(graceSeconds);
});

test("syslog tells how long cron's jobs took, by the sessions around them", () => {
  const log = [
    "Mar  1 02:00:01 web1 CRON[811]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    "Mar  1 02:00:01 web1 CRON[810]: pam_unix(cron:session): session opened for user ada(uid=1000) by (uid=0)",
    "Mar  1 02:00:01 web1 CRON[812]: (root) CMD (/opt/backup --all)",
    "Mar  1 02:00:02 web1 CRON[813]: (ada) CMD (/opt/other)",
    "Mar  1 02:00:40 web1 CRON[810]: pam_unix(cron:session): session closed for user ada",
    "Mar  1 02:41:01 web1 CRON[811]: pam_unix(cron:session): session closed for user root",
  ].join("\n");
  expect(readCronLog(log, NOW)).toEqual([
    { command: "/opt/other", ms: 39_000 },
    { command: "/opt/backup --all", ms: 2_460_000 },
  ]);
});

test("cronie's log has the end of a command, and the journal's times have a zone", () => {
  const log = [
    "2026-03-01T02:00:01.000000+0100 db1 CROND[44]: (root) CMD (/opt/dump 100\\%)",
    "2026-03-01T02:10:01.000000+0100 db1 CROND[44]: (root) CMDEND (/opt/dump 100\\%)",
  ].join("\n");
  const jobs = jobsOn({ "/var/spool/cron/crontabs/root": "0 2 * * * /opt/dump 100\\%\n" });
  expect([...historiesOf(readCronLog(log, NOW), jobs).values()]).toEqual([{ runs: 1, longestMs: 600_000 }]);
});

const job = (kind: FoundJob["kind"], target: FoundJob["target"], command: string): FoundJob => ({
  kind,
  target,
  command,
  place: "",
  written: "",
  schedule: null,
  jitterSeconds: 0,
  user: "root",
  name: "backup",
  slug: "backup",
  watch: null,
  problem: null,
  ofPackage: false,
});

test.each([
  [
    "a line of the system's crontab names its file",
    job("crontab", { file: "/etc/crontab", line: 4 }, "/opt/backup --all"),
    "backup: overdue cron install /etc/crontab --line 4 --check b",
  ],
  [
    "a line of a user's crontab names the user",
    job("crontab", { file: "/var/spool/cron/crontabs/ada", line: 4 }, "/opt/backup"),
    "backup: overdue cron install --user ada --line 4 --check b",
  ],
  [
    "a line of anacron gets the wrapper in front, and a shell where it needs one",
    job("anacron", { file: "/etc/anacrontab", line: 4 }, "cd /srv && tar c 'a b'"),
    String.raw`backup in /etc/anacrontab:4: overdue run --check b -- /bin/sh -c 'cd /srv && tar c '\''a b'\'''`,
  ],
  [
    "a script of run-parts starts itself anew",
    job("run-parts", { file: "/etc/cron.daily/backup", line: null }, "/etc/cron.daily/backup"),
    `second line of /etc/cron.daily/backup: [ -n "$OVERDUE_RUN" ] || OVERDUE_RUN=1 exec overdue run --check b -- "$0" "$@"`,
  ],
  [
    "a unit gets a drop-in",
    job("timer", { unit: "backup.service", ofUser: null }, "/opt/backup"),
    "overdue systemd install --check b backup.service",
  ],
  [
    "a unit of a user is for that user to change",
    job("timer", { unit: "backup.service", ofUser: "ada" }, "/opt/backup"),
    "overdue systemd install --user --check b backup.service, as the user ada",
  ],
])("%s", (_, found, advice) => {
  expect(adviceFor(found, "b")).toBe(advice);
});

test.each([
  ["mysqldump -u root -p'geheim 1' shop", "mysqldump -u root -p*** shop"],
  ["sshpass -p geheim ssh nas backup", "sshpass -p *** ssh nas backup"],
  ["/opt/x --password geheim --all", "/opt/x --password *** --all"],
  ['/opt/x --token="geheim 1" --all', "/opt/x --token=*** --all"],
  [
    "AWS_SECRET_ACCESS_KEY=geheim aws s3 sync /srv s3://b",
    "AWS_SECRET_ACCESS_KEY=*** aws s3 sync /srv s3://b",
  ],
  [
    "curl 'https://api.example.org/x?a=1&api_key=geheim&b=2'",
    "curl 'https://api.example.org/x?a=1&api_key=***&b=2'",
  ],
  ['curl -H "X-Api-Key: geheim" https://x.example.org', 'curl -H "X-Api-Key: ***" https://x.example.org'],
  ["rsync rsync://ada:geheim@nas/home /srv", "rsync rsync://ada:***@nas/home /srv"],
  [
    "curl https://cronitor.link/p/0a1b2c/d3x0c1?state=run",
    "curl https://cronitor.link/p/***/d3x0c1?state=run",
  ],
  ["mysql -p shop < nightly.sql", "mysql -p shop < nightly.sql"],
  ["/opt/passwords-report --keys 3", "/opt/passwords-report --keys 3"],
])("%s is shown without its secrets", (command, shown) => {
  expect(maskSecrets(command)).toBe(shown);
});

test("what packages brought is left alone, unless it is asked for", () => {
  const jobs = jobsOn(CRONTAB).map((one) => ({ ...one, ofPackage: true }));
  const [backup] = assessJobs(jobs, known);
  expect([false, true].map((withPackages) => backup && isOpen(backup, withPackages))).toEqual([false, true]);
});

test("jobs without a check stand at the top of the table, and below it what to do", () => {
  const assessed = assessJobs(jobsOn(CRONTAB), {
    ...known,
    checks: [check("sync", { expression: "*/5 * * * *" })],
  });
  const table = discoveryTable(assessed, { width: 120, withPackages: false });
  expect(table).toMatchInlineSnapshot(`
    "               WHEN         ZONE           JOB     CHECK   WHERE
    NOT WATCHED    0 2 * * *    Europe/Berlin  backup  backup  /var/spool/cron/crontabs/root:1
    not connected  */5 * * * *  Europe/Berlin  sync    sync    /var/spool/cron/crontabs/root:2
    elsewhere      0 4 * * *    Europe/Berlin  old     old     /var/spool/cron/crontabs/root:4
    watched        0 3 * * *    Europe/Berlin  report  report  /var/spool/cron/crontabs/root:3

    Notes
      /var/spool/cron/crontabs/root:4: It reports to hc-ping.com, in its line.
      /var/spool/cron/crontabs/root:3: It reports to “report”, which this project does not have.

    1 job is not watched. overdue discover --apply makes a check of each.
    These have a check, and do not report to it yet:
      sync: overdue cron install --user root --line 2 --check sync
    "
  `);
});

test("the report of a weekly run lists what is not watched", () => {
  const assessed = assessJobs(jobsOn(CRONTAB), known);
  expect(openText(assessed, false)).toBe(
    [
      "2 jobs are not watched:",
      "- /var/spool/cron/crontabs/root:1  0 2 * * *  /opt/backup --all",
      "- /var/spool/cron/crontabs/root:2  */5 * * * *  /opt/sync && echo done",
      "overdue discover shows what to do. Leave one out by --ignore SLUG.",
    ].join("\n"),
  );
});
