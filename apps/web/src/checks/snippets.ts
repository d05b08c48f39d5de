import type { CheckSchedule } from "./check-queries.ts";
import { CURL } from "./curl-command.ts";
import { metricSnippets } from "./metric-snippets.ts";
import { go, node, php, python, ruby } from "./program-snippets.ts";

type PingedCheck = {
  pingUrl: string;
  slug: string;
  schedule: CheckSchedule;
  metricLimits?: readonly { metric: string }[];
};

/** What the snippets need of a check. An interval that cron cannot express, and any OnCalendar, becomes a nightly cron line. */
export function pingTarget(
  { pingUrl, slug, schedule, metricLimits = [] }: PingedCheck,
  browserZone: string,
): PingTarget {
  return {
    metric: metricLimits[0]?.metric ?? null,
    pingUrl,
    slug: slug.replaceAll(/[^a-z0-9-]/g, "-") || "job",
    cron: scheduleCron(schedule),
    timezone: schedule.kind === "interval" ? browserZone : schedule.timezone,
  };
}

const NIGHTLY = "30 2 * * *";

function scheduleCron(schedule: CheckSchedule): string {
  switch (schedule.kind) {
    case "cron":
      return schedule.expression.split("\n")[0]?.trim() ?? NIGHTLY;
    case "oncalendar":
      return NIGHTLY;
    case "interval":
      return intervalCron(schedule.everySeconds / 60);
  }
}

function intervalCron(minutes: number): string {
  if (minutes === 1) return "* * * * *";
  if (minutes < 60 && 60 % minutes === 0) return `*/${minutes} * * * *`;
  if (minutes === 60) return "0 * * * *";
  if (minutes < 1_440 && 1_440 % minutes === 0 && minutes % 60 === 0) return `0 */${minutes / 60} * * *`;
  return minutes === 10_080 ? "30 2 * * 1" : NIGHTLY;
}

/** One way to ping a check: a note about it, and text to paste. */
export type Snippet = {
  id: string;
  title: string;
  note: string;
  code: string;
};

/** `slug` names the units and manifests that the snippets create. */
export type PingTarget = {
  pingUrl: string;
  slug: string;
  cron: string;
  timezone: string;
  /** The metric of the check's first metric limit; null without one. */
  metric: string | null;
};

/** Every way to ping, with the real ping URL of the check. */
export function pingSnippets(target: PingTarget): Snippet[] {
  return [
    ...metricSnippets(target),
    ...SNIPPETS.map((make) => {
      const snippet = make(target);
      return { ...snippet, note: [snippet.note, ...replacementText(snippet.code)].join(" ") };
    }),
  ];
}

/** What stands in the snippets for the person's own job. */
const STAND_INS = /your\/image:tag|[\w/.]*\/(job\.sh|bot)\b|C:\\jobs\\job\.ps1|\bjob\(\)/g;

function replacementText(code: string): string[] {
  const found = [...new Set(code.match(STAND_INS))];
  return found.length === 0 ? [] : [`Put your own in place of ${found.join(" and ")}.`];
}

function curl({ pingUrl }: PingTarget): Snippet {
  return {
    id: "curl",
    title: "curl",
    note: "Run this once when the job has succeeded. Add /start before it starts to measure how long it takes, and /fail if it failed.",
    code: `${CURL} ${pingUrl}`,
  };
}

function shell({ pingUrl }: PingTarget): Snippet {
  return {
    id: "shell",
    title: "Shell script",
    note: "Reports when the job starts, and then its exit status and the end of its output. It prints that output and ends with that status, so nothing changes for cron and for your own scripts.",
    code: `#!/bin/sh
url=${pingUrl}
rid=$(cat /proc/sys/kernel/random/uuid)

${CURL} "$url/start?rid=$rid"
output=$(/usr/local/bin/job.sh 2>&1)
status=$?
printf '%s\\n' "$output"
printf '%s' "$output" | tail -c 100000 |
  ${CURL} --data-binary @- "$url/$status?rid=$rid"
exit "$status"`,
  };
}

function crontab({ pingUrl, cron }: PingTarget): Snippet {
  return {
    id: "crontab",
    title: "crontab",
    note: "The exit status decides: 0 is a success, anything else alerts immediately.",
    code: `${cron} /usr/local/bin/job.sh; ${CURL} ${pingUrl}/$?`,
  };
}

function systemd({ pingUrl, slug }: PingTarget): Snippet {
  return {
    id: "systemd",
    title: "systemd",
    note: `Put this into /etc/systemd/system/${slug}.service.d/overdue.conf and run systemctl daemon-reload.`,
    code: `[Service]
ExecStartPre=-/usr/bin/${CURL} ${pingUrl}/start
ExecStopPost=-/bin/sh -c '[ $$SERVICE_RESULT = success ] && end=0 || end=fail; ${CURL} ${pingUrl}/$$end'`,
  };
}

function githubActions({ pingUrl }: PingTarget): Snippet {
  return {
    id: "github-actions",
    title: "GitHub Actions",
    note: "Keep the URL in a repository secret called OVERDUE_URL, so that forks cannot read it.",
    code: `# Secret OVERDUE_URL: ${pingUrl}
jobs:
  job:
    runs-on: ubuntu-latest
    env:
      OVERDUE_URL: \${{ secrets.OVERDUE_URL }}
    steps:
      - run: ${CURL} "$OVERDUE_URL/start"
      - run: ./job.sh
      - if: success()
        run: ${CURL} "$OVERDUE_URL"
      - if: failure() || cancelled()
        run: ${CURL} "$OVERDUE_URL/fail"`,
  };
}

function kubernetes({ pingUrl, slug, cron, timezone }: PingTarget): Snippet {
  return {
    id: "kubernetes",
    title: "Kubernetes",
    note: "The image needs a shell and curl. A pod that is killed sends no ping, and is missed at its deadline.",
    code: `apiVersion: batch/v1
kind: CronJob
metadata:
  name: ${slug}
spec:
  schedule: "${cron}"
  timeZone: ${timezone}
  concurrencyPolicy: Forbid
  jobTemplate:
    spec:
      backoffLimit: 0
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: job
              image: your/image:tag
              env:
                - name: OVERDUE_URL
                  value: ${pingUrl}
              command: ["/bin/sh", "-c"]
              args:
                - |
                  ${CURL} "$OVERDUE_URL/start"
                  /usr/local/bin/job.sh
                  status=$?
                  ${CURL} "$OVERDUE_URL/$status"
                  exit "$status"`,
  };
}

function bot({ pingUrl }: PingTarget): Snippet {
  return {
    id: "bot",
    title: "Bot",
    note: "Runs beside a program that never ends, pings as long as the program runs, and ends with its exit status.",
    code: `/usr/local/bin/bot &
bot=$!
while kill -0 "$bot" 2>/dev/null; do
  ${CURL} ${pingUrl}
  sleep 120
done
wait "$bot"`,
  };
}

function powershell({ pingUrl }: PingTarget): Snippet {
  return {
    id: "powershell",
    title: "PowerShell",
    note: "For the Task Scheduler of Windows. Runs the job in a PowerShell of its own, because only that reports its exit code. Works in Windows PowerShell 5.1 and in PowerShell 7.",
    code: `$url = "${pingUrl}"
function Send-Ping($path, $body = "") {
  try { Invoke-RestMethod -Uri "$url$path" -Method Post -Body $body -TimeoutSec 10 | Out-Null }
  catch { Write-Warning "could not ping: $_" }
}

Send-Ping "/start"
& (Get-Process -Id $PID).Path -NoProfile -File "C:\\jobs\\job.ps1"
$status = $LASTEXITCODE
if ($status -eq 0) { Send-Ping "" } else { Send-Ping "/fail" "exit code $status" }
exit $status`,
  };
}

function docker({ pingUrl }: PingTarget): Snippet {
  return {
    id: "docker",
    title: "Docker",
    note: "Pings from the host, so that the image needs no curl and a container that is killed is reported too.",
    code: `${CURL} ${pingUrl}/start
docker run --rm your/image:tag
status=$?
${CURL} ${pingUrl}/$status
exit "$status"`,
  };
}

function gitlab({ pingUrl }: PingTarget): Snippet {
  return {
    id: "gitlab",
    title: "GitLab CI",
    note: "Keep the URL in a masked variable called OVERDUE_URL. after_script runs after a failure too.",
    code: `# Variable OVERDUE_URL: ${pingUrl}
job:
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  before_script:
    - ${CURL} "$OVERDUE_URL/start"
  script:
    - ./job.sh
  after_script:
    - '[ "$CI_JOB_STATUS" = success ] && end= || end=/fail; ${CURL} "$OVERDUE_URL$end"'`,
  };
}

const SNIPPETS = [
  curl,
  shell,
  crontab,
  systemd,
  python,
  node,
  githubActions,
  gitlab,
  kubernetes,
  docker,
  powershell,
  php,
  go,
  ruby,
  bot,
];
