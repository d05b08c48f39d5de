import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { pingSnippets, pingTarget } from "./snippets.ts";

const PING_URL = "https://overdue.example/ping/3f1c6a52-7a4e-4b57-9a53-0a6c1e1f2b3c";
const nightly = { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" } as const;
const snippets = pingSnippets(
  pingTarget({ pingUrl: PING_URL, slug: "nightly-backup", schedule: nightly }, "UTC"),
);
const codeOf = (id: string) => snippets.find((snippet) => snippet.id === id)?.code ?? "";

test.each(snippets.map((snippet) => [snippet.title, snippet] as const))(
  "the %s snippet contains the real ping URL and no placeholder",
  (_, { code }) => {
    expect(code).toContain(PING_URL);
    expect(code).not.toMatch(/undefined|TODO|\[object|^export /m);
  },
);

test("every common place where jobs run has its snippet", () => {
  expect(snippets.map(({ id }) => id)).toEqual([
    "curl",
    "shell",
    "crontab",
    "systemd",
    "python",
    "node",
    "github-actions",
    "gitlab",
    "kubernetes",
    "docker",
    "powershell",
    "php",
    "go",
    "ruby",
    "bot",
  ]);
});

test.each([
  ["shell", "/usr/local/bin/job.sh"],
  ["crontab", "/usr/local/bin/job.sh"],
  ["python", "job()"],
  ["node", "job()"],
  ["php", "job()"],
  ["go", "job()"],
  ["ruby", "job()"],
  ["github-actions", "./job.sh"],
  ["gitlab", "./job.sh"],
  ["kubernetes", "your/image:tag and /usr/local/bin/job.sh"],
  ["docker", "your/image:tag"],
  ["powershell", "C:\\jobs\\job.ps1"],
  ["bot", "/usr/local/bin/bot"],
])("the %s snippet says what in it stands for one's own job", (id, standIn) => {
  expect(snippets.find((snippet) => snippet.id === id)?.note).toContain(
    `Put your own in place of ${standIn}.`,
  );
});

test("a check with a limit of a number begins with ways to report it", () => {
  const target = pingTarget(
    { pingUrl: PING_URL, slug: "dead", schedule: nightly, metricLimits: [{ metric: "depth" }] },
    "UTC",
  );
  const reporting = pingSnippets(target).slice(0, -snippets.length);
  expect(reporting.map(({ id }) => id)).toEqual([
    "number",
    "postgresql",
    "bullmq",
    "sidekiq",
    "rabbitmq",
    "sqs",
  ]);
  for (const { code } of reporting) expect(code).toContain(`${PING_URL}?metric.depth=`);
});

test("the crontab line runs at the times of the check and sends the exit status", () => {
  expect(codeOf("crontab")).toMatch(/^30 2 \* \* \* .*; curl .*\/\$\?$/);
});

test("the crontab line contains no %, which would end it", () => {
  expect(codeOf("crontab")).not.toContain("%");
});

test("the dollars in the systemd unit are doubled, because systemd expands single ones", () => {
  expect(codeOf("systemd").match(/(?<!\$)\$(?!\$)/g)).toBeNull();
});

test("the Kubernetes CronJob runs in the time zone of the check", () => {
  expect(codeOf("kubernetes")).toContain('schedule: "30 2 * * *"\n  timeZone: Europe/Berlin');
});

describe("an interval becomes the cron expression with the same meaning", () => {
  test.each([
    [60, "* * * * *"],
    [300, "*/5 * * * *"],
    [3_600, "0 * * * *"],
    [21_600, "0 */6 * * *"],
    [86_400, "30 2 * * *"],
    [604_800, "30 2 * * 1"],
    [420, "30 2 * * *"],
  ])("every %i s: %s", (everySeconds, cron) => {
    const schedule = { kind: "interval", everySeconds } as const;
    expect(pingTarget({ pingUrl: PING_URL, slug: "", schedule }, "UTC").cron).toBe(cron);
  });
});

test("a check without a slug still gets valid file names", () => {
  expect(pingTarget({ pingUrl: PING_URL, slug: "", schedule: nightly }, "UTC").slug).toBe("job");
  expect(pingTarget({ pingUrl: PING_URL, slug: "db_1.eu", schedule: nightly }, "UTC").slug).toBe("db-1-eu");
});

describe("a snippet around the job, run by a real shell", () => {
  let folder = "";
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  /** Runs the snippet with a job that prints a line and fails with 3. `pings`: the URLs that it called, a line each. */
  const run = (id: string) => {
    const pings = join(folder, `${id}.pings`);
    program("curl", `for last; do :; done\necho "$last" >>${pings}`);
    const code = codeOf(id)
      .replace("30 2 * * * ", "")
      .replaceAll(/\/usr\/local\/bin\/(job\.sh|bot)/g, join(folder, "job"));
    const { status, stdout } = spawnSync("sh", ["-c", `PATH=${folder}:$PATH\n${code}`], { encoding: "utf8" });
    return { status, stdout, pings: readFileSync(pings, "utf8") };
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "overdue-snippets-"));
    program("job", "echo copied 3 files\nexit 3");
    program("docker", "echo copied 3 files\nexit 3");
    program("sleep", "exec /bin/sleep 0.01");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(["shell", "docker", "bot"])(
    "ends with the exit status of the job and prints its output: %s",
    (id) => expect(run(id)).toMatchObject({ status: 3, stdout: "copied 3 files\n" }),
  );

  test.each(["shell", "docker", "crontab"])("reports the exit status of the job last: %s", (id) => {
    expect(run(id).pings).toMatch(/\/3(\?rid=[\da-f-]{36})?\n$/);
  });
});
