import { expect, test } from "vitest";

import type { FoundJob } from "./job.ts";
import { type Contents, jobsOn } from "../../test/discover/machine.ts";

/** A machine, or a part of one: a title, its files, and its jobs as `jobText` writes them. */
type Case = readonly [title: string, contents: Contents, jobs: readonly string[]];

const BERLIN: Contents = { "/etc/localtime": { link: "/usr/share/zoneinfo/Europe/Berlin" } };
const CRONIE: Contents = { ...BERLIN, "/usr/bin/cronnext": { script: "" } };
const ALPINE: Contents = { ...BERLIN, "/usr/sbin/crond": { link: "/bin/busybox" } };
const SYSTEMD_CRON: Contents = {
  ...BERLIN,
  "/lib/systemd/system-generators/systemd-crontab-generator": { script: "" },
};
const SYSTEMD: Contents = { ...BERLIN, "/sbin/init": { link: "/lib/systemd/systemd" } };

/** root's crontab under Debian's cron. */
const root = (text: string, more: Contents = {}): Contents => ({
  ...BERLIN,
  "/var/spool/cron/crontabs/root": `${text}\n`,
  ...more,
});
const cronD = (text: string, more: Contents = {}): Contents => ({
  ...BERLIN,
  "/etc/cron.d/jobs": `${text}\n`,
  ...more,
});
/** An enabled timer and its service. */
const timer = (timing: string, service = "ExecStart=/opt/tidy/run", more: Contents = {}): Contents => ({
  ...SYSTEMD,
  "/etc/systemd/system/tidy.timer": `[Timer]\n${timing}\n`,
  "/etc/systemd/system/tidy.service": `[Service]\nType=oneshot\n${service}\n`,
  "/etc/systemd/system/timers.target.wants/tidy.timer": { link: "/etc/systemd/system/tidy.timer" },
  ...more,
});

const SCRIPT = "#!/bin/sh\nset -e\n";

/** Lines of a user's crontab under Debian's cron. */
const LINES: readonly (readonly [line: string, job: string])[] = [
  [
    "30 2 * * * /usr/local/bin/backup.sh",
    "/var/spool/cron/crontabs/root:1 backup: 30 2 * * * @Europe/Berlin root $ /usr/local/bin/backup.sh",
  ],
  [
    "*/5 * * * * php /var/www/shop/artisan schedule:run >> /dev/null 2>&1",
    "/var/spool/cron/crontabs/root:1 artisan-schedule-run: */5 * * * * @Europe/Berlin root $ php /var/www/shop/artisan schedule:run >> /dev/null 2>&1",
  ],
  [
    "0 4 * * 7 certbot renew --quiet --deploy-hook 'systemctl reload nginx'",
    "/var/spool/cron/crontabs/root:1 certbot-renew: 0 4 * * 7 @Europe/Berlin root $ certbot renew --quiet --deploy-hook 'systemctl reload nginx'",
  ],
  [
    "@daily /home/ada/bin/rotate-notes",
    "/var/spool/cron/crontabs/root:1 rotate-notes: @daily @Europe/Berlin root $ /home/ada/bin/rotate-notes",
  ],
  [
    "@hourly cd /srv/app && ./bin/console app:sync",
    "/var/spool/cron/crontabs/root:1 console-app-sync: @hourly @Europe/Berlin root $ cd /srv/app && ./bin/console app:sync",
  ],
  [
    "@weekly root-kit-check",
    "/var/spool/cron/crontabs/root:1 root-kit-check: @weekly @Europe/Berlin root $ root-kit-check",
  ],
  [
    "@monthly /opt/billing/invoice --month=last",
    "/var/spool/cron/crontabs/root:1 invoice: @monthly @Europe/Berlin root $ /opt/billing/invoice --month=last",
  ],
  [
    "@yearly /usr/local/bin/renew-domain",
    "/var/spool/cron/crontabs/root:1 renew-domain: @yearly @Europe/Berlin root $ /usr/local/bin/renew-domain",
  ],
  [
    "@midnight find /tmp -mtime +7 -delete",
    "/var/spool/cron/crontabs/root:1 find: @midnight @Europe/Berlin root $ find /tmp -mtime +7 -delete",
  ],
  [
    "@annually echo 'a happy new year' | mail -s greetings ops@example.org",
    "/var/spool/cron/crontabs/root:1 mail-greetings: @annually @Europe/Berlin root $ echo 'a happy new year' | mail -s greetings ops@example.org",
  ],
  [
    "@reboot /usr/local/bin/start-tunnel",
    "/var/spool/cron/crontabs/root:1 start-tunnel: - root $ /usr/local/bin/start-tunnel !! it runs when the machine starts, and at no time that could be missed",
  ],
  [
    "0 0 1 * * pg_dump shop | gzip > /backup/shop-$(date +\\%F).sql.gz",
    "/var/spool/cron/crontabs/root:1 pg_dump-shop: 0 0 1 * * @Europe/Berlin root $ pg_dump shop | gzip > /backup/shop-$(date +%F).sql.gz",
  ],
  [
    "15 3 * * 1-5 flock -n /run/lock/etl.lock python3 -m etl.run --all",
    "/var/spool/cron/crontabs/root:1 etl-run: 15 3 * * 1-5 @Europe/Berlin root $ flock -n /run/lock/etl.lock python3 -m etl.run --all",
  ],
  [
    "0 9-17/2 * * mon,wed,fri /opt/reports/send.py",
    "/var/spool/cron/crontabs/root:1 send: 0 9-17/2 * * mon,wed,fri @Europe/Berlin root $ /opt/reports/send.py",
  ],
  [
    "0 0 1,15 * 5 /usr/local/bin/payroll",
    "/var/spool/cron/crontabs/root:1 payroll: 0 0 1,15 * 5 @Europe/Berlin root $ /usr/local/bin/payroll",
  ],
  [
    "  7   1  *  *  *   nice -n 19 ionice -c3 /usr/bin/updatedb",
    "/var/spool/cron/crontabs/root:1 updatedb: 7 1 * * * @Europe/Berlin root $ nice -n 19 ionice -c3 /usr/bin/updatedb",
  ],
  [
    "0 12 * jan-mar * /opt/winter/check",
    "/var/spool/cron/crontabs/root:1 check: 0 12 * jan-mar * @Europe/Berlin root $ /opt/winter/check",
  ],
  [
    "0-59/15 * * * * timeout 300 node /srv/worker/index.js",
    "/var/spool/cron/crontabs/root:1 index: 0-59/15 * * * * @Europe/Berlin root $ timeout 300 node /srv/worker/index.js",
  ],
  [
    '59 23 28-31 * * [ "$(date -d tomorrow +\\%d)" = 01 ] && /opt/month-end.sh',
    '/var/spool/cron/crontabs/root:1 month-end: 59 23 28-31 * * @Europe/Berlin root $ [ "$(date -d tomorrow +%d)" = 01 ] && /opt/month-end.sh',
  ],
  [
    "0 3 * * * sudo -u postgres /usr/lib/postgresql/15/bin/vacuumdb --all",
    "/var/spool/cron/crontabs/root:1 vacuumdb: 0 3 * * * @Europe/Berlin root $ sudo -u postgres /usr/lib/postgresql/15/bin/vacuumdb --all",
  ],
  [
    "20 4 * * * docker exec web bundle exec rake cleanup",
    "/var/spool/cron/crontabs/root:1 docker-exec: 20 4 * * * @Europe/Berlin root $ docker exec web bundle exec rake cleanup",
  ],
  [
    "0 5 * * * docker run --rm -v /srv:/srv restic/restic backup /srv",
    "/var/spool/cron/crontabs/root:1 docker-run: 0 5 * * * @Europe/Berlin root $ docker run --rm -v /srv:/srv restic/restic backup /srv",
  ],
  [
    "45 1 * * * rsync -a --delete /home/ backup@nas:/volume1/home/",
    "/var/spool/cron/crontabs/root:1 rsync: 45 1 * * * @Europe/Berlin root $ rsync -a --delete /home/ backup@nas:/volume1/home/",
  ],
  [
    "*/10 * * * * curl -fsS https://shop.example.org/wp-cron.php > /dev/null",
    "/var/spool/cron/crontabs/root:1 curl: */10 * * * * @Europe/Berlin root $ curl -fsS https://shop.example.org/wp-cron.php > /dev/null",
  ],
  [
    "0 6 * * * wget -q -O - 'https://shop.example.org/cron?token=geheim123' > /dev/null",
    "/var/spool/cron/crontabs/root:1 wget: 0 6 * * * @Europe/Berlin root $ wget -q -O - 'https://shop.example.org/cron?token=***' > /dev/null",
  ],
  [
    "0 1 * * * mysqldump -uroot -pgeheim123 shop | gzip > /b/shop.gz",
    "/var/spool/cron/crontabs/root:1 mysqldump-shop: 0 1 * * * @Europe/Berlin root $ mysqldump -uroot -p*** shop | gzip > /b/shop.gz",
  ],
  [
    "0 2 * * * PGPASSWORD=geheim123 pg_dump -h db shop > /b/shop.sql",
    "/var/spool/cron/crontabs/root:1 pg_dump: 0 2 * * * @Europe/Berlin root $ PGPASSWORD=*** pg_dump -h db shop > /b/shop.sql",
  ],
  [
    "0 3 * * * MAILTO= restic -r s3:https://key:geheim123@s3.example.org/b backup /srv",
    "/var/spool/cron/crontabs/root:1 restic: 0 3 * * * @Europe/Berlin root $ MAILTO= restic -r s3:https://key:***@s3.example.org/b backup /srv",
  ],
  [
    "30 5 * * * /opt/sync --api-key=geheim123 --all",
    "/var/spool/cron/crontabs/root:1 sync: 30 5 * * * @Europe/Berlin root $ /opt/sync --api-key=*** --all",
  ],
  [
    "30 6 * * * curl -u ada:geheim123 https://api.example.org/refresh",
    "/var/spool/cron/crontabs/root:1 curl: 30 6 * * * @Europe/Berlin root $ curl -u ada:*** https://api.example.org/refresh",
  ],
  [
    "30 7 * * * curl -H 'Authorization: Bearer geheim123' https://api.example.org/refresh",
    "/var/spool/cron/crontabs/root:1 curl: 30 7 * * * @Europe/Berlin root $ curl -H 'Authorization: Bearer ***' https://api.example.org/refresh",
  ],
  [
    "0 8 * * * /opt/a.sh; /opt/b.sh",
    "/var/spool/cron/crontabs/root:1 a: 0 8 * * * @Europe/Berlin root $ /opt/a.sh; /opt/b.sh",
  ],
  [
    "0 0 30 2 * /opt/never",
    "/var/spool/cron/crontabs/root:1 never: - root $ /opt/never !! no month in this expression has a day 30, so it would never run: choose a smaller day-of-month",
  ],
  [
    "61 * * * * /opt/wrong",
    "/var/spool/cron/crontabs/root:1 wrong: - root $ /opt/wrong !! the minute field goes from 0 to 59, so 61 is too large",
  ],
  [
    "* * * * /opt/too-few",
    "/var/spool/cron/crontabs/root:1 job: - root $  !! the day-of-week field cannot read “/OPT/TOO-FEW”: use *, numbers from 0 to 7 or SUN to SAT, ranges such as 1-5, lists and steps",
  ],
  [
    "0 2 * * 8 /opt/wrong-weekday",
    "/var/spool/cron/crontabs/root:1 wrong-weekday: - root $ /opt/wrong-weekday !! the day-of-week field goes from 0 to 7, so 8 is too large",
  ],
  [
    "0 30 2 * * * /opt/with-seconds",
    "/var/spool/cron/crontabs/root:1 job: - root $ * /opt/with-seconds !! the hour field goes from 0 to 23, so 30 is too large",
  ],
  ["0 2 * * *", "/var/spool/cron/crontabs/root:1 job: - root $  !! it has no command"],
  [
    "*/7 * * * * /opt/every-seventh",
    "/var/spool/cron/crontabs/root:1 every-seventh: */7 * * * * @Europe/Berlin root $ /opt/every-seventh",
  ],
  [
    "0 22 * * sun-thu /opt/evenings",
    "/var/spool/cron/crontabs/root:1 evenings: 0 22 * * sun-thu @Europe/Berlin root $ /opt/evenings",
  ],
  [
    "5 4 * * sun /opt/sunday && echo 100\\% done % text for its input",
    "/var/spool/cron/crontabs/root:1 sunday: 5 4 * * sun @Europe/Berlin root $ /opt/sunday && echo 100% done",
  ],
  [
    "@every 5m /opt/not-a-macro",
    "/var/spool/cron/crontabs/root:1 5m: - root $ 5m /opt/not-a-macro !! cron has no @every: write fields such as */5 * * * *",
  ],
];

const ofLines: readonly Case[] = LINES.map(([line, job]) => [line, root(line), [job]]);

const CRONTABS: readonly Case[] = [
  [
    "comments, blank lines and variables",
    root(
      '# backups\nSHELL=/bin/bash\nPATH = /usr/local/bin:/usr/bin\nMAILTO="ops@example.org"\n\n# at night\n10 1 * * * backup',
    ),
    ["/var/spool/cron/crontabs/root:7 backup: 10 1 * * * @Europe/Berlin root $ backup"],
  ],
  [
    "a disabled line is a comment",
    root("#0 2 * * * /opt/old\n0 3 * * * /opt/new"),
    ["/var/spool/cron/crontabs/root:2 new: 0 3 * * * @Europe/Berlin root $ /opt/new"],
  ],
  [
    "CRON_TZ, which Debian's cron does not know",
    root("CRON_TZ=America/New_York\n0 9 * * * /opt/report"),
    ["/var/spool/cron/crontabs/root:2 report: 0 9 * * * @Europe/Berlin root $ /opt/report"],
  ],
  [
    "CRON_TZ, which cronie reads for the lines after it",
    {
      ...CRONIE,
      "/var/spool/cron/ada":
        "0 8 * * * /opt/local\nCRON_TZ=America/New_York\n0 9 * * * /opt/report\nCRON_TZ=Mars/Base\n0 9 * * * /opt/mars\n",
    },
    [
      "/var/spool/cron/ada:1 local: 0 8 * * * @Europe/Berlin cronie ada $ /opt/local",
      "/var/spool/cron/ada:3 report: 0 9 * * * @America/New_York cronie ada $ /opt/report",
      "/var/spool/cron/ada:5 mars: - ada $ /opt/mars !! its CRON_TZ, Mars/Base, is no time zone",
    ],
  ],
  [
    "TZ is the command's own",
    { ...CRONIE, "/var/spool/cron/ada": "TZ=America/New_York\n0 9 * * * /opt/report\n" },
    ["/var/spool/cron/ada:2 report: 0 9 * * * @Europe/Berlin cronie ada $ /opt/report"],
  ],
  [
    "RANDOM_DELAY of cronie",
    { ...CRONIE, "/var/spool/cron/ada": "RANDOM_DELAY=30\n0 9 * * * /opt/report\n" },
    ["/var/spool/cron/ada:2 report: 0 9 * * * @Europe/Berlin cronie +1800s ada $ /opt/report"],
  ],
  [
    "cronie draws a minute",
    { ...CRONIE, "/var/spool/cron/ada": "0~59 3 * * * /opt/drawn\n" },
    ["/var/spool/cron/ada:1 drawn: 0~59 3 * * * @Europe/Berlin cronie ada $ /opt/drawn"],
  ],
  [
    "root's line that cronie does not log",
    { ...CRONIE, "/etc/cron.d/quiet": "-*/2 * * * * root /opt/quiet\n" },
    ["/etc/cron.d/quiet:1 quiet: -*/2 * * * * @Europe/Berlin cronie root $ /opt/quiet"],
  ],
  [
    "a whole file without an end, which Debian's cron ignores",
    { ...BERLIN, "/etc/cron.d/cut": "0 1 * * * root /opt/a\n0 2 * * * root /opt/b" },
    [
      "/etc/cron.d/cut:1 a: 0 1 * * * @Europe/Berlin root $ /opt/a !! cron ignores this whole file: its last line has no line break at its end",
      "/etc/cron.d/cut:2 b: 0 2 * * * @Europe/Berlin root $ /opt/b !! cron ignores this whole file: its last line has no line break at its end",
    ],
  ],
  [
    "a last line without an end, which cronie ignores",
    { ...CRONIE, "/etc/cron.d/cut": "0 1 * * * root /opt/a\n0 2 * * * root /opt/b" },
    [
      "/etc/cron.d/cut:1 a: 0 1 * * * @Europe/Berlin cronie root $ /opt/a",
      "/etc/cron.d/cut:2 b: 0 2 * * * @Europe/Berlin cronie root $ /opt/b !! cronie ignores a last line without a line break at its end",
    ],
  ],
  [
    "one wrong line, for which Debian's cron ignores the others",
    root("0 1 * * * /opt/a\n0 25 * * * /opt/b\n0 3 * * * /opt/c"),
    [
      "/var/spool/cron/crontabs/root:1 a: 0 1 * * * @Europe/Berlin root $ /opt/a !! cron ignores this whole file: it cannot read line 2",
      "/var/spool/cron/crontabs/root:2 b: - root $ /opt/b !! the hour field goes from 0 to 23, so 25 is too large",
      "/var/spool/cron/crontabs/root:3 c: 0 3 * * * @Europe/Berlin root $ /opt/c !! cron ignores this whole file: it cannot read line 2",
    ],
  ],
  [
    "one wrong line, which cronie leaves out alone",
    { ...CRONIE, "/var/spool/cron/root": "0 1 * * * /opt/a\n0 25 * * * /opt/b\n0 3 * * * /opt/c\n" },
    [
      "/var/spool/cron/root:1 a: 0 1 * * * @Europe/Berlin cronie root $ /opt/a",
      "/var/spool/cron/root:2 b: - root $ /opt/b !! the hour field goes from 0 to 23, so 25 is too large",
      "/var/spool/cron/root:3 c: 0 3 * * * @Europe/Berlin cronie root $ /opt/c",
    ],
  ],
  [
    "several users",
    {
      ...BERLIN,
      "/var/spool/cron/crontabs/ada": "0 1 * * * bin/sync\n",
      "/var/spool/cron/crontabs/www-data": "*/5 * * * * php /var/www/cron.php\n",
    },
    [
      "/var/spool/cron/crontabs/ada:1 sync: 0 1 * * * @Europe/Berlin ada $ bin/sync",
      "/var/spool/cron/crontabs/www-data:1 cron: */5 * * * * @Europe/Berlin www-data $ php /var/www/cron.php",
    ],
  ],
  [
    "two jobs of one name",
    root("0 1 * * * /opt/backup.sh db\n0 2 * * * /opt/backup.sh files\n0 3 * * * /srv/backup.sh files"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 1 * * * @Europe/Berlin root $ /opt/backup.sh db",
      "/var/spool/cron/crontabs/root:2 backup-files-p3lq: 0 2 * * * @Europe/Berlin root $ /opt/backup.sh files",
      "/var/spool/cron/crontabs/root:3 backup-files-ha22: 0 3 * * * @Europe/Berlin root $ /srv/backup.sh files",
    ],
  ],
  [
    "/etc/crontab as Debian ships it, without anacron",
    {
      ...BERLIN,
      "/etc/crontab":
        "SHELL=/bin/sh\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly\n25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n#\n",
      "/etc/cron.hourly/sync": { script: SCRIPT },
      "/etc/cron.daily/backup": { script: SCRIPT },
      "/etc/cron.daily/.placeholder": "",
    },
    [
      "/etc/cron.hourly/sync sync: 17 * * * * @Europe/Berlin root $ /etc/cron.hourly/sync",
      "/etc/cron.daily/backup backup: 25 6 * * * @Europe/Berlin root $ /etc/cron.daily/backup",
    ],
  ],
  [
    "run-parts leaves out names with a dot and files that are not executable",
    {
      ...BERLIN,
      "/etc/crontab": "25 6 * * * root run-parts /etc/cron.daily\n",
      "/etc/cron.daily/backup.sh": { script: SCRIPT },
      "/etc/cron.daily/report": SCRIPT,
    },
    [
      "/etc/cron.daily/backup.sh backup: 25 6 * * * @Europe/Berlin root $ /etc/cron.daily/backup.sh !! run-parts leaves it out: its name may have only letters, digits, - and _, and no ending such as .sh",
      "/etc/cron.daily/report report: 25 6 * * * @Europe/Berlin root $ /etc/cron.daily/report !! run-parts leaves it out: it is not executable (chmod +x)",
    ],
  ],
  [
    "anacron takes the daily scripts over",
    {
      ...BERLIN,
      "/usr/sbin/anacron": { script: "" },
      "/etc/crontab":
        "25 6 * * * root test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }\n",
      "/etc/anacrontab":
        "SHELL=/bin/sh\n1\t5\tcron.daily\trun-parts --report /etc/cron.daily\n7 10 weekly.copy /opt/copy --all\n@monthly 15 monthly.bill nice /opt/bill\nwrong line\n",
      "/etc/cron.daily/backup": { script: SCRIPT },
      "/etc/cron.daily/0anacron": { script: SCRIPT },
    },
    [
      "/etc/cron.daily/backup backup: 86400s +300s root $ /etc/cron.daily/backup",
      "/etc/anacrontab:3 weekly-copy: 604800s +600s root $ /opt/copy --all",
      "/etc/anacrontab:4 monthly-bill: 2592000s +900s root $ nice /opt/bill",
      "/etc/anacrontab:5 job: - root $  !! anacron needs a period, a delay, a name and a command",
    ],
  ],
  [
    "Red Hat's cronie with anacron",
    {
      ...CRONIE,
      "/usr/sbin/anacron": { script: "" },
      "/etc/cron.d/0hourly": "SHELL=/bin/bash\n01 * * * * root run-parts /etc/cron.hourly\n",
      "/etc/cron.hourly/0anacron": { script: SCRIPT },
      "/etc/cron.hourly/fetch.sh": { script: SCRIPT },
      "/etc/anacrontab":
        "RANDOM_DELAY=45\nSTART_HOURS_RANGE=3-22\n1\t5\tcron.daily\t\tnice run-parts /etc/cron.daily\n",
      "/etc/cron.daily/logrotate": { script: SCRIPT },
      "/etc/cron.daily/old.rpmsave": { script: SCRIPT },
    },
    [
      "/etc/cron.hourly/fetch.sh fetch: 01 * * * * @Europe/Berlin cronie root $ /etc/cron.hourly/fetch.sh",
      "/etc/cron.daily/logrotate logrotate: 86400s +3000s root $ /etc/cron.daily/logrotate",
      "/etc/cron.daily/old.rpmsave old-rpmsave: 86400s +3000s root $ /etc/cron.daily/old.rpmsave !! run-parts leaves out a file of this name",
    ],
  ],
  [
    "Alpine's root and its periodic folders",
    {
      ...ALPINE,
      "/etc/crontabs/root":
        "# do daily/weekly/monthly maintenance\n*/15\t*\t*\t*\t*\trun-parts /etc/periodic/15min\n0\t2\t*\t*\t*\trun-parts /etc/periodic/daily\n",
      "/etc/periodic/daily/dump.sh": { script: SCRIPT },
      "/etc/periodic/15min/probe": { script: SCRIPT },
      "/etc/cron.d/unread": "0 1 * * * root /opt/unread\n",
    },
    [
      "/etc/periodic/15min/probe probe: */15 * * * * @Europe/Berlin busybox root $ /etc/periodic/15min/probe",
      "/etc/periodic/daily/dump.sh dump: 0 2 * * * @Europe/Berlin busybox root $ /etc/periodic/daily/dump.sh",
    ],
  ],
  [
    "BusyBox' crond knows no @every and ignores a short line",
    { ...ALPINE, "/etc/crontabs/root": "@every 5m /opt/a\n0 1 * * /opt/b\n0 2 * * * /opt/c\n" },
    [
      "/etc/crontabs/root:1 5m: - root $ 5m /opt/a !! cron has no @every: write fields such as */5 * * * *",
      "/etc/crontabs/root:2 job: - root $  !! it has no command",
      "/etc/crontabs/root:3 c: 0 2 * * * @Europe/Berlin busybox root $ /opt/c",
    ],
  ],
  [
    "systemd-cron",
    {
      ...SYSTEMD_CRON,
      "/etc/cron.d/jobs": "RANDOM_DELAY=10\n0 5 * * 1-5 root /opt/weekdays\n@weekly ada /opt/weekly\n",
    },
    [
      "/etc/cron.d/jobs:2 weekdays: 0 5 * * 1-5 @Europe/Berlin systemd-cron +600s root $ /opt/weekdays",
      "/etc/cron.d/jobs:3 weekly: @weekly @Europe/Berlin systemd-cron +600s ada $ /opt/weekly",
    ],
  ],
  [
    "cron.d names that cron ignores",
    {
      ...BERLIN,
      "/etc/cron.d/backup.sh": "0 1 * * * root /opt/a\n",
      "/etc/cron.d/web.dpkg-old": "0 2 * * * root /opt/b\n",
      "/etc/cron.d/.placeholder": "",
    },
    [
      "/etc/cron.d/backup.sh:1 a: 0 1 * * * @Europe/Berlin root $ /opt/a !! cron ignores this file: its name may have only letters, digits, - and _",
      "/etc/cron.d/web.dpkg-old:1 b: 0 2 * * * @Europe/Berlin root $ /opt/b !! cron ignores this file: its name may have only letters, digits, - and _",
    ],
  ],
  [
    "cron.d names that cronie ignores",
    {
      ...CRONIE,
      "/etc/cron.d/backup.conf": "0 1 * * * root /opt/a\n",
      "/etc/cron.d/web~": "0 2 * * * root /opt/b\n",
      "/etc/cron.d/x.rpmsave": "0 3 * * * root /opt/c\n",
    },
    [
      "/etc/cron.d/backup.conf:1 a: 0 1 * * * @Europe/Berlin cronie root $ /opt/a",
      "/etc/cron.d/web~:1 b: 0 2 * * * @Europe/Berlin cronie root $ /opt/b !! cron ignores a file of this name",
      "/etc/cron.d/x.rpmsave:1 c: 0 3 * * * @Europe/Berlin cronie root $ /opt/c !! cron ignores a file of this name",
    ],
  ],
  [
    "cron.d with a user that is missing",
    cronD("0 1 * * * /opt/forgot-the-user"),
    ["/etc/cron.d/jobs:1 job: - /opt/forgot-the-user $  !! it has a user and no command"],
  ],
  [
    "session files of PHP, left to its timer",
    cronD(
      "09,39 *     * * *     root   [ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi",
      SYSTEMD,
    ),
    [
      "/etc/cron.d/jobs:1 sessionclean: 09,39 * * * * @Europe/Berlin root $ [ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi !! it does nothing where systemd runs: a timer does its work",
    ],
  ],
  [
    "the same where no systemd runs",
    cronD(
      "09,39 *     * * *     root   [ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi",
    ),
    [
      "/etc/cron.d/jobs:1 sessionclean: 09,39 * * * * @Europe/Berlin root $ [ -x /usr/lib/php/sessionclean ] && if [ ! -d /run/systemd/system ]; then /usr/lib/php/sessionclean; fi",
    ],
  ],
  [
    "certbot, left to its timer",
    cronD(
      "SHELL=/bin/sh\n0 */12 * * * root test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew",
      SYSTEMD,
    ),
    [
      "/etc/cron.d/jobs:2 sleep-int-rand-43200: 0 */12 * * * @Europe/Berlin root $ test -x /usr/bin/certbot -a \\! -d /run/systemd/system && perl -e 'sleep int(rand(43200))' && certbot -q renew !! it does nothing where systemd runs: a timer does its work",
    ],
  ],
  [
    "e2scrub, left to its timer",
    cronD(
      "30 3 * * 0 root test -e /run/systemd/system || SERVICE_MODE=1 /usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron",
      SYSTEMD,
    ),
    [
      "/etc/cron.d/jobs:1 e2scrub_all_cron: 30 3 * * 0 @Europe/Berlin root $ test -e /run/systemd/system || SERVICE_MODE=1 /usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron !! it does nothing where systemd runs: a timer does its work",
    ],
  ],
  [
    "a daily script that is left to its timer",
    {
      ...SYSTEMD,
      "/etc/crontab": "25 6 * * * root run-parts /etc/cron.daily\n",
      "/etc/cron.daily/logrotate": {
        script:
          "#!/bin/sh\n\n# a timer does it\nif [ -d /run/systemd/system ]; then\n    exit 0\nfi\n/usr/sbin/logrotate /etc/logrotate.conf\n",
      },
    },
    [
      "/etc/cron.daily/logrotate logrotate: 25 6 * * * @Europe/Berlin root $ /etc/cron.daily/logrotate !! it does nothing where systemd runs: a timer does its work",
    ],
  ],
  [
    "RAID checks on the first Sunday",
    cronD(
      "57 0 * * 0 root if [ -x /usr/share/mdadm/checkarray ] && [ $(date +\\%d) -le 7 ]; then /usr/share/mdadm/checkarray --cron --all --idle --quiet; fi",
    ),
    [
      "/etc/cron.d/jobs:1 checkarray: 57 0 * * 0 @Europe/Berlin root $ if [ -x /usr/share/mdadm/checkarray ] && [ $(date +%d) -le 7 ]; then /usr/share/mdadm/checkarray --cron --all --idle --quiet; fi",
    ],
  ],
  [
    "sysstat's program that its PATH names",
    cronD(
      "PATH=/usr/lib/sysstat:/usr/sbin:/usr/bin:/sbin:/bin\n5-55/10 * * * * root command -v debian-sa1 > /dev/null && debian-sa1 1 1\n59 23 * * * root command -v debian-sa1 > /dev/null && debian-sa1 60 2",
    ),
    [
      "/etc/cron.d/jobs:2 debian-sa1-mre3: 5-55/10 * * * * @Europe/Berlin root $ command -v debian-sa1 > /dev/null && debian-sa1 1 1",
      "/etc/cron.d/jobs:3 debian-sa1-0qph: 59 23 * * * @Europe/Berlin root $ command -v debian-sa1 > /dev/null && debian-sa1 60 2",
    ],
  ],
  [
    "a package's file in cron.d",
    cronD("0 4 * * * root /usr/sbin/tidy-up", {
      "/var/lib/dpkg/status":
        "Package: tidy\nConffiles:\n /etc/cron.d/jobs 0123456789abcdef0123456789abcdef\n",
    }),
    ["/etc/cron.d/jobs:1 tidy-up: 0 4 * * * @Europe/Berlin root $ /usr/sbin/tidy-up (package)"],
  ],
  [
    "a zone file that was copied, named by /etc/timezone",
    { "/etc/timezone": "Asia/Tokyo\n", "/var/spool/cron/crontabs/root": "0 9 * * * /opt/tokyo\n" },
    ["/var/spool/cron/crontabs/root:1 tokyo: 0 9 * * * @Asia/Tokyo root $ /opt/tokyo"],
  ],
  [
    "no zone at all",
    { "/var/spool/cron/crontabs/root": "0 9 * * * /opt/utc\n" },
    ["/var/spool/cron/crontabs/root:1 utc: 0 9 * * * @UTC root $ /opt/utc"],
  ],
  [
    "Windows' line ends",
    { ...BERLIN, "/var/spool/cron/crontabs/root": "0 9 * * * /opt/report\r\n" },
    [
      "/var/spool/cron/crontabs/root:1 report: 0 9 * * * @Europe/Berlin root $ /opt/report !! it ends with a carriage return, as Windows writes it, which cron takes for a part of the command",
    ],
  ],
  ["a crontab that is empty", root("# nothing yet"), []],
];

const TIMERS: readonly Case[] = [
  [
    "every day",
    timer("OnCalendar=daily"),
    ["/etc/systemd/system/tidy.timer:2 tidy: daily @Europe/Berlin not-persistent root $ /opt/tidy/run"],
  ],
  [
    "a time of the day",
    timer("OnCalendar=*-*-* 04:30:00"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: *-*-* 04:30:00 @Europe/Berlin not-persistent root $ /opt/tidy/run",
    ],
  ],
  [
    "working days",
    timer("OnCalendar=Mon..Fri 22:15"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: Mon..Fri 22:15 @Europe/Berlin not-persistent root $ /opt/tidy/run",
    ],
  ],
  [
    "several lines",
    timer("OnCalendar=Mon 06:00\nOnCalendar=Thu 18:00"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: Mon 06:00 | Thu 18:00 @Europe/Berlin not-persistent root $ /opt/tidy/run",
    ],
  ],
  [
    "a zone of its own",
    timer("OnCalendar=*-*-* 09:00:00 America/New_York"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: *-*-* 09:00:00 America/New_York @Europe/Berlin not-persistent root $ /opt/tidy/run",
    ],
  ],
  [
    "every ten minutes, five past",
    timer("OnCalendar=*:5/10"),
    ["/etc/systemd/system/tidy.timer:2 tidy: *:5/10 @Europe/Berlin not-persistent root $ /opt/tidy/run"],
  ],
  [
    "a random delay and persistence",
    timer("OnCalendar=*-*-* 6,18:00\nRandomizedDelaySec=12h\nPersistent=true"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: *-*-* 6,18:00 @Europe/Berlin persistent +43200s root $ /opt/tidy/run",
    ],
  ],
  [
    "blanks around the sign",
    timer("OnCalendar= 1:05:00"),
    ["/etc/systemd/system/tidy.timer:2 tidy: 1:05:00 @Europe/Berlin not-persistent root $ /opt/tidy/run"],
  ],
  [
    "an interval after its start",
    timer("OnBootSec=15min\nOnUnitActiveSec=1w"),
    ["/etc/systemd/system/tidy.timer:3 tidy: 604800s systemd-timer unit-active root $ /opt/tidy/run"],
  ],
  [
    "an interval after its end",
    timer("OnStartupSec=1h\nOnUnitInactiveSec=90min"),
    ["/etc/systemd/system/tidy.timer:3 tidy: 5400s systemd-timer unit-inactive root $ /opt/tidy/run"],
  ],
  [
    "once after the boot",
    timer("OnBootSec=10min"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: - root $ /opt/tidy/run !! it runs once after a start, and at no time that could be missed",
    ],
  ],
  [
    "no time at all",
    timer("AccuracySec=1h"),
    ["/etc/systemd/system/tidy.timer tidy: - root $ /opt/tidy/run !! it says no time"],
  ],
  [
    "a line that systemd refuses",
    timer("OnCalendar=every day"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: - root $ /opt/tidy/run !! There is no time zone “day”: end the line with one such as Europe/Berlin, or UTC.",
    ],
  ],
  [
    "a drop-in that replaces the time",
    timer("OnCalendar=daily", undefined, {
      "/etc/systemd/system/tidy.timer.d/override.conf": "[Timer]\nOnCalendar=\nOnCalendar=03:00\n",
    }),
    [
      "/etc/systemd/system/tidy.timer.d/override.conf:3 tidy: 03:00 @Europe/Berlin not-persistent root $ /opt/tidy/run",
    ],
  ],
  [
    "a drop-in that adds a time",
    timer("OnCalendar=02:00", undefined, {
      "/etc/systemd/system/tidy.timer.d/more.conf": "[Timer]\nOnCalendar=14:00\n",
    }),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: 02:00 | 14:00 @Europe/Berlin not-persistent root $ /opt/tidy/run",
    ],
  ],
  [
    "a drop-in of the administrator hides the package's of that name",
    timer("OnCalendar=02:00", undefined, {
      "/usr/lib/systemd/system/tidy.timer.d/10.conf": "[Timer]\nRandomizedDelaySec=1h\n",
      "/etc/systemd/system/tidy.timer.d/10.conf": "[Timer]\nRandomizedDelaySec=5min\n",
    }),
    ["/etc/systemd/system/tidy.timer:2 tidy: 02:00 @Europe/Berlin not-persistent +300s root $ /opt/tidy/run"],
  ],
  [
    "a drop-in for all timers",
    timer("OnCalendar=02:00", undefined, {
      "/etc/systemd/system/timer.d/delay.conf": "[Timer]\nRandomizedDelaySec=60\n",
    }),
    ["/etc/systemd/system/tidy.timer:2 tidy: 02:00 @Europe/Berlin not-persistent +60s root $ /opt/tidy/run"],
  ],
  [
    "a unit of another name",
    timer("OnCalendar=hourly\nUnit=sweep.service", undefined, {
      "/etc/systemd/system/sweep.service": "[Service]\nExecStart=/opt/sweep --all\nUser=ada\n",
    }),
    ["/etc/systemd/system/tidy.timer:2 sweep: hourly @Europe/Berlin not-persistent ada $ /opt/sweep --all"],
  ],
  [
    "a service that is missing",
    {
      ...SYSTEMD,
      "/etc/systemd/system/lost.timer": "[Timer]\nOnCalendar=daily\n",
      "/etc/systemd/system/timers.target.wants/lost.timer": { link: "../lost.timer" },
    },
    [
      "/etc/systemd/system/lost.timer:2 lost: daily @Europe/Berlin not-persistent root $ lost.service !! there is no lost.service",
    ],
  ],
  [
    "a service that is masked",
    timer("OnCalendar=daily", undefined, {
      "/etc/systemd/system/tidy.timer": "[Timer]\nOnCalendar=daily\nUnit=off.service\n",
      "/etc/systemd/system/off.service": { link: "/dev/null" },
    }),
    [
      "/etc/systemd/system/tidy.timer:2 off: daily @Europe/Berlin not-persistent root $ off.service !! off.service is masked",
    ],
  ],
  [
    "a timer that is not enabled",
    {
      ...SYSTEMD,
      "/etc/systemd/system/off.timer": "[Timer]\nOnCalendar=daily\n",
      "/etc/systemd/system/off.service": "[Service]\nExecStart=/opt/off\n",
    },
    [],
  ],
  [
    "a timer that is masked",
    {
      ...SYSTEMD,
      "/usr/lib/systemd/system/apt-daily.timer": "[Timer]\nOnCalendar=daily\n",
      "/etc/systemd/system/apt-daily.timer": { link: "/dev/null" },
      "/etc/systemd/system/timers.target.wants/apt-daily.timer": {
        link: "/usr/lib/systemd/system/apt-daily.timer",
      },
    },
    [],
  ],
  [
    "a package's timer",
    {
      ...SYSTEMD,
      "/usr/lib/systemd/system/apt-daily-upgrade.timer":
        "[Unit]\nDescription=Daily apt upgrade and clean activities\n[Timer]\nOnCalendar=*-*-* 6:00\nRandomizedDelaySec=60m\nPersistent=true\n[Install]\nWantedBy=timers.target\n",
      "/usr/lib/systemd/system/apt-daily-upgrade.service":
        "[Service]\nType=oneshot\nExecStart=/usr/lib/apt/apt.systemd.daily install\n",
      "/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer": {
        link: "/usr/lib/systemd/system/apt-daily-upgrade.timer",
      },
    },
    [
      "/usr/lib/systemd/system/apt-daily-upgrade.timer:4 apt-daily-upgrade: *-*-* 6:00 @Europe/Berlin persistent +3600s root $ /usr/lib/apt/apt.systemd.daily install (package)",
    ],
  ],
  [
    "a package's timer, moved by the administrator",
    {
      ...SYSTEMD,
      "/lib/systemd/system/man-db.timer": "[Timer]\nOnCalendar=daily\nPersistent=true\n",
      "/lib/systemd/system/man-db.service": "[Service]\nExecStart=/usr/bin/mandb --quiet\n",
      "/etc/systemd/system/man-db.timer.d/time.conf": "[Timer]\nOnCalendar=\nOnCalendar=Sun 05:00\n",
      "/etc/systemd/system/timers.target.wants/man-db.timer": { link: "/lib/systemd/system/man-db.timer" },
    },
    [
      "/etc/systemd/system/man-db.timer.d/time.conf:3 man-db: Sun 05:00 @Europe/Berlin persistent root $ /usr/bin/mandb --quiet",
    ],
  ],
  [
    "wanted by another unit than timers.target",
    {
      ...SYSTEMD,
      "/usr/lib/systemd/system/mdcheck_start.timer":
        "[Timer]\nOnCalendar=Sun *-*-1..7 1:00:00\n[Install]\nWantedBy= mdmonitor.service\n",
      "/usr/lib/systemd/system/mdcheck_start.service":
        "[Service]\nExecStart=/usr/share/mdadm/mdcheck --duration ${MDADM_CHECK_DURATION}\n",
      "/etc/systemd/system/mdmonitor.service.wants/mdcheck_start.timer": {
        link: "/usr/lib/systemd/system/mdcheck_start.timer",
      },
    },
    [
      "/usr/lib/systemd/system/mdcheck_start.timer:2 mdcheck_start: Sun *-*-1..7 1:00:00 @Europe/Berlin not-persistent root $ /usr/share/mdadm/mdcheck --duration ${MDADM_CHECK_DURATION} (package)",
    ],
  ],
  [
    "an instance of a template",
    {
      ...SYSTEMD,
      "/lib/systemd/system/pg_dump@.timer": "[Timer]\nOnCalendar=weekly\nRandomizedDelaySec=30min\n",
      "/lib/systemd/system/pg_dump@.service":
        "[Service]\nUser=postgres\nExecStart=/usr/share/postgresql-common/pg_backupcluster %i dump\n",
      "/etc/systemd/system/timers.target.wants/pg_dump@15-main.timer": {
        link: "/lib/systemd/system/pg_dump@.timer",
      },
    },
    [
      "/lib/systemd/system/pg_dump@.timer:2 pg_dump-15-main: weekly @Europe/Berlin not-persistent +1800s postgres $ /usr/share/postgresql-common/pg_backupcluster 15-main dump (package)",
    ],
  ],
  [
    "a transient timer of systemd-run",
    {
      ...SYSTEMD,
      "/run/systemd/transient/run-u7.timer":
        "[Unit]\nDescription=/opt/once\n[Timer]\nOnCalendar=*-*-* 12:00\n",
      "/run/systemd/transient/run-u7.service": '[Service]\nExecStart="/opt/once" "--now"\n',
    },
    [
      '/run/systemd/transient/run-u7.timer:4 run-u7: *-*-* 12:00 @Europe/Berlin not-persistent root $ "/opt/once" "--now"',
    ],
  ],
  [
    "a user's own timer",
    {
      ...SYSTEMD,
      "/home/ada/.config/systemd/user/notes.timer": "[Timer]\nOnCalendar=*-*-* 20:00\n",
      "/home/ada/.config/systemd/user/notes.service": "[Service]\nExecStart=%h/bin/notes\n",
      "/home/ada/.config/systemd/user/timers.target.wants/notes.timer": {
        link: "/home/ada/.config/systemd/user/notes.timer",
      },
    },
    [
      "/home/ada/.config/systemd/user/notes.timer:2 notes: *-*-* 20:00 @Europe/Berlin not-persistent ada $ /home/ada/bin/notes",
    ],
  ],
  [
    "a command over several lines",
    timer(
      "OnCalendar=weekly",
      "ExecStart=-/usr/bin/restic backup \\\n  --exclude-caches \\\n  # not the cache\n  /srv",
    ),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: weekly @Europe/Berlin not-persistent root $ /usr/bin/restic backup --exclude-caches /srv",
    ],
  ],
  [
    "several commands",
    timer("OnCalendar=weekly", "ExecStart=/opt/first\nExecStart=/opt/second"),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: weekly @Europe/Berlin not-persistent root $ /opt/first; /opt/second",
    ],
  ],
];

const WATCHED: readonly Case[] = [
  [
    "a curl behind the command",
    root(
      "0 2 * * * /opt/backup && curl -fsS -m 10 https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666",
    ),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup && curl -fsS -m 10 https://overdue.example.org/ping/*** [5f0e6a30-1111-4222-8333-444455556666 in its line]",
    ],
  ],
  [
    "a ping by slug with the exit status",
    root("0 2 * * * /opt/backup; curl https://overdue.example.org/ping/Kq2vGd4S1xZ8tR5yWm3aPg/nightly/$?"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup; curl https://overdue.example.org/ping/***/nightly/$? [nightly in its line]",
    ],
  ],
  [
    "a ping in the script that it calls",
    root("0 2 * * * /opt/backup.sh", {
      "/opt/backup.sh": {
        script: `${SCRIPT}tar c /srv\ncurl -fsS https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    }),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup.sh [5f0e6a30-1111-4222-8333-444455556666 in /opt/backup.sh]",
    ],
  ],
  [
    "a ping that is a comment in the script",
    root("0 2 * * * /opt/backup.sh", {
      "/opt/backup.sh": {
        script: `${SCRIPT}# curl https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    }),
    ["/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup.sh"],
  ],
  [
    "a script beside its folder",
    root("0 2 * * * cd /srv/app && ./nightly.sh", {
      "/srv/app/nightly.sh": {
        script: `${SCRIPT}wget -qO- https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    }),
    [
      "/var/spool/cron/crontabs/root:1 nightly: 0 2 * * * @Europe/Berlin root $ cd /srv/app && ./nightly.sh [5f0e6a30-1111-4222-8333-444455556666 in /srv/app/nightly.sh]",
    ],
  ],
  [
    "a script in the home of the user",
    {
      ...BERLIN,
      "/var/spool/cron/crontabs/ada": "0 2 * * * ~/bin/sync.sh\n",
      "/home/ada/bin/sync.sh": {
        script: `${SCRIPT}curl https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    },
    [
      "/var/spool/cron/crontabs/ada:1 sync: 0 2 * * * @Europe/Berlin ada $ ~/bin/sync.sh [5f0e6a30-1111-4222-8333-444455556666 in /home/ada/bin/sync.sh]",
    ],
  ],
  [
    "a script that PATH finds",
    root("PATH=/opt/tools:/usr/bin\n0 2 * * * nightly --all", {
      "/opt/tools/nightly": {
        script: `${SCRIPT}curl https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    }),
    [
      "/var/spool/cron/crontabs/root:2 nightly: 0 2 * * * @Europe/Berlin root $ nightly --all [5f0e6a30-1111-4222-8333-444455556666 in /opt/tools/nightly]",
    ],
  ],
  [
    "overdue run",
    root("0 2 * * * overdue run --check nightly-backup --timeout 2h -- /opt/backup"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ overdue run --check nightly-backup --timeout 2h -- /opt/backup [nightly-backup in its line]",
    ],
  ],
  [
    "overdue run by a path, with the check in a variable",
    root("OVERDUE_CHECK=nightly\n0 2 * * * /usr/local/bin/overdue run -- /opt/backup"),
    [
      "/var/spool/cron/crontabs/root:2 backup: 0 2 * * * @Europe/Berlin root $ /usr/local/bin/overdue run -- /opt/backup [nightly in its line]",
    ],
  ],
  [
    "a ping URL in a variable",
    root(
      "PING=https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n0 2 * * * /opt/backup && curl $PING",
    ),
    [
      "/var/spool/cron/crontabs/root:2 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup && curl $PING [5f0e6a30-1111-4222-8333-444455556666 in its line]",
    ],
  ],
  [
    "Healthchecks",
    root("0 2 * * * /opt/backup && curl https://hc-ping.com/5f0e6a30-1111-4222-8333-444455556666"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup && curl https://hc-ping.com/*** [hc-ping.com]",
    ],
  ],
  [
    "Cronitor's wrapper",
    root("0 2 * * * cronitor exec d3x0c1 /opt/backup"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ cronitor exec d3x0c1 /opt/backup [cronitor exec]",
    ],
  ],
  [
    "Dead Man's Snitch",
    root("0 2 * * * /opt/backup && curl -d s=$? https://nosnch.in/c2354d53d2"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ /opt/backup && curl -d s=$? https://nosnch.in/*** [nosnch.in]",
    ],
  ],
  [
    "Sentry's wrapper",
    root("0 2 * * * sentry-cli monitors run nightly -- /opt/backup"),
    [
      "/var/spool/cron/crontabs/root:1 backup: 0 2 * * * @Europe/Berlin root $ sentry-cli monitors run nightly -- /opt/backup [sentry-cli monitors run]",
    ],
  ],
  [
    "another host's own ping path",
    root("0 2 * * * curl https://shop.example.org/ping/now"),
    [
      "/var/spool/cron/crontabs/root:1 curl: 0 2 * * * @Europe/Berlin root $ curl https://shop.example.org/ping/now",
    ],
  ],
  [
    "a run-parts script that pings",
    {
      ...BERLIN,
      "/etc/crontab": "25 6 * * * root run-parts /etc/cron.daily\n",
      "/etc/cron.daily/backup": {
        script: `${SCRIPT}curl https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    },
    [
      "/etc/cron.daily/backup backup: 25 6 * * * @Europe/Berlin root $ /etc/cron.daily/backup [5f0e6a30-1111-4222-8333-444455556666 in /etc/cron.daily/backup]",
    ],
  ],
  [
    "a unit that pings when it has ended",
    timer(
      "OnCalendar=daily",
      "ExecStart=/opt/tidy/run\nExecStopPost=/usr/bin/curl https://overdue.example.org/ping/Kq2vGd4S1xZ8tR5yWm3aPg/tidy/$EXIT_STATUS",
    ),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: daily @Europe/Berlin not-persistent root $ /opt/tidy/run [tidy in tidy.service]",
    ],
  ],
  [
    "a drop-in that reports the unit",
    timer("OnCalendar=daily", undefined, {
      "/etc/systemd/system/tidy.service.d/overdue.conf":
        "[Service]\nExecStopPost=-/usr/local/bin/overdue ping --check tidy-web1 %n\n",
    }),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: daily @Europe/Berlin not-persistent root $ /opt/tidy/run [tidy-web1 in tidy.service]",
    ],
  ],
  [
    "a unit of its own for failures",
    timer("OnCalendar=daily", undefined, {
      "/etc/systemd/system/tidy.service.d/fail.conf": "[Unit]\nOnFailure=report@%n.service\n",
      "/etc/systemd/system/report@.service":
        "[Service]\nExecStart=/usr/local/bin/overdue ping --check units fail\n",
    }),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: daily @Europe/Berlin not-persistent root $ /opt/tidy/run [units in tidy.service]",
    ],
  ],
  [
    "a unit whose script pings",
    timer("OnCalendar=daily", "WorkingDirectory=/srv/app\nExecStart=/bin/sh ./nightly.sh", {
      "/srv/app/nightly.sh": {
        script: `${SCRIPT}curl https://overdue.example.org/ping/5f0e6a30-1111-4222-8333-444455556666\n`,
      },
    }),
    [
      "/etc/systemd/system/tidy.timer:2 tidy: daily @Europe/Berlin not-persistent root $ /bin/sh ./nightly.sh [5f0e6a30-1111-4222-8333-444455556666 in /srv/app/nightly.sh]",
    ],
  ],
];

const CORPUS: readonly Case[] = [...ofLines, ...CRONTABS, ...TIMERS, ...WATCHED];

test("the corpus has more than a hundred crontabs and units", () => {
  expect(CORPUS.length).toBeGreaterThan(100);
});

test.each(CORPUS)("%s", (_, contents, jobs) => {
  expect(jobsOn(contents).map(jobText)).toEqual(jobs);
});

/** `place slug: schedule user $ command [what watches it] !! why it never runs` */
function jobText(job: FoundJob): string {
  const { place, slug, user, command, watch, problem } = job;
  const by =
    watch === null
      ? ""
      : watch.by === "another monitor"
        ? ` [${watch.host}]`
        : ` [${watch.check} in ${watch.in}]`;
  const rest = `${job.ofPackage ? " (package)" : ""}${problem === null ? "" : ` !! ${problem}`}`;
  return `${place} ${slug}: ${scheduleText(job)} ${user} $ ${command}${by}${rest}`;
}

function scheduleText({ schedule, jitterSeconds }: FoundJob): string {
  if (schedule === null) return "-";
  const { scheduler, setup } = schedule;
  const when =
    schedule.kind === "interval"
      ? `${schedule.everySeconds}s`
      : `${schedule.expression.replaceAll("\n", " | ")} @${schedule.timezone}`;
  const jitter = jitterSeconds > 0 ? `+${jitterSeconds}s` : "";
  return [when, scheduler, setup?.missed, jitter].filter(Boolean).join(" ");
}
