import { intervalText, madeUpText, overlapText } from "../packages/schedules/src/policies/policy-text.ts";
import { POLICIES, policiesOf } from "../packages/schedules/src/policies/policies.ts";
import type { SchedulerPolicy } from "../packages/schedules/src/policies/policy.ts";
import { SCHEDULERS } from "../packages/schedules/src/schedulers/index.ts";
import { acceptedFormsOf, readingOf } from "./scheduler-readings.ts";

const INTRODUCTION = `# Schedulers

\`\`\`sh
$ npm run --silent schedule <<'END'
{"kind":"cron","scheduler":"debian-cron","expr":"30 2 * * *","tz":"Europe/Berlin","after":"2026-03-28T12:00:00Z"}
{"kind":"cron","scheduler":"kubernetes","expr":"30 2 * * *","tz":"Europe/Berlin","after":"2026-03-28T12:00:00Z"}
{"kind":"cron","scheduler":"celery","expr":"30 2 * * *","tz":"Europe/Berlin","after":"2026-03-28T12:00:00Z"}
END
{"next":["2026-03-29T01:00:00Z"]}
{"next":["2026-03-30T00:30:00Z"]}
{"next":["2026-03-29T01:30:00Z"]}
\`\`\`

The same line means different things to different programs. In the night in which Berlin's clocks go forward, there is no 02:30: Debian's cron runs the job at 03:00, Celery at 03:30, Kubernetes not at all. A check's cron schedule therefore names its **scheduler**, and Overdue expects a run when that program starts one. \`/explain\` on any instance shows what several of them make of a line, without an account.

This page is written by a test from what Overdue itself does. Two other things hold that to the truth: the vectors in \`packages/schedules/vectors\`, made by the real programs, which \`npm test\` checks, and \`npm run oracle -- <scheduler>\`, which installs the real program and compares its answers to thousands of random lines with ours.
`;

const CLOCKS = `## Times

**Forward**: when a job of 02:30 runs on the day on which the clock goes from 02:00 to 03:00. **Back**: in which pass of the repeated hour it runs, and which pass an hourly job leaves out. **Both days**: what \`0 0 13 * 5\` means, every 13th and every Friday, or Friday the 13th only; and \`0 0 */2 * 1\`, whose star has a step. **1 and 7** as weekdays. **Backwards**: \`22-2\` as hours. **Down**: what is made up once the scheduler is back after an outage. **Overlap**: what happens with the next run while one still goes on; a dash where the program around the library decides, or nobody measured it.
`;

const TAKES = `## What each one takes

Ways of writing that not every scheduler knows. Where one refuses a line, so does Overdue, and says who would read it.
`;

const SOURCES = `## Where each reading comes from

What was run to make the vectors, at the version of the first table.

One reading is left out on purpose: cron-utils, with Quartz' and Spring's fields, takes \`31W\` and fails when it comes to a month without a day 31. Overdue refuses the line and names \`LW\`, the last working day.
`;

const POLICY_INTRODUCTION = `## Runs that were missed, late, or too long

Every set-up was run and watched: stopped over one and over three due times, frozen, given a job longer than its interval. What a scheduler makes up is the late run of a due time. A run that nothing will make up is lost at its due time, and waiting for it is pointless.

The schedule of a check may say which set-up it is, as its \`setup\`: \`missed\` is a name from the second column, \`withinSeconds\` the scheduler's own limit, \`overlap\` what becomes of the next run (\`parallel\`, \`queued\`, \`skipped\`, \`one-at-the-end\`, \`replaced\`). What it leaves out may be as in any set-up of the table. A CronJob of Kubernetes with concurrencyPolicy Forbid and a startingDeadlineSeconds of 200 is \`{"missed":"deadline","withinSeconds":200,"overlap":"one-at-the-end"}\`; pasted, it is read from its YAML. \`GET /v1/schedulers\` lists what each can say.

An interval may name its scheduler, too: \`{"kind":"interval","everySeconds":3600,"scheduler":"bullmq"}\`. Where that counts from start to start, so does the check, by the start pings; where it counts from the end, or is not named, the check counts from the end.
`;

const schedulers = SCHEDULERS.toSorted((one, other) => one.label.localeCompare(other.label, "en"));

/** The text of docs/schedulers.md. */
export function schedulersPage(): string {
  const times = table(
    [
      "Scheduler",
      "Version",
      "Forward",
      "Back",
      "Both days",
      "`*/2` and a weekday",
      "1 is",
      "7 is",
      "Backwards",
      "Down",
      "Overlap",
    ],
    schedulers.map((scheduler) => {
      const reading = readingOf(scheduler);
      const [policy] = policiesOf(scheduler.id);
      return [
        `${scheduler.label} \`${scheduler.id}\``,
        scheduler.version,
        ...reading,
        policy === undefined ? "–" : shortMissed(policy),
        policy?.overlap?.usual.replaceAll("-", " ") ?? "–",
      ];
    }),
  );
  const takes = table(
    [
      "Scheduler",
      "Fields",
      "`5/10`",
      "`@daily`",
      "Last day",
      "Nearest workday",
      "Second Friday",
      "Last Friday",
    ],
    schedulers.map((scheduler) => [scheduler.label, ...acceptedFormsOf(scheduler)]),
  );
  const sources = table(
    ["Scheduler", "Read from"],
    schedulers.map(({ label, source }) => [label, source]),
  );
  return [
    INTRODUCTION,
    CLOCKS,
    times,
    TAKES,
    takes,
    SOURCES,
    sources,
    POLICY_INTRODUCTION,
    policyTable(),
  ].join("\n");
}

function policyTable(): string {
  return table(
    [
      "Program",
      "Set-up",
      "Version",
      "After it was down, it",
      "The next run, while one still goes on,",
      "Intervals",
      "Late by",
    ],
    POLICIES.map((policy) => [
      policy.program,
      setupText(policy),
      policy.version,
      madeUpText(policy),
      overlapText(policy) ?? "–",
      intervalText(policy) ?? "–",
      policy.lateSeconds === undefined ? "–" : `${policy.lateSeconds.join(" to ")} s`,
    ]),
  );
}

function setupText({ setup, id }: SchedulerPolicy): string {
  return [setup, id === undefined ? "" : `\`${id}\``].filter((part) => part !== "").join(" ") || "–";
}

function shortMissed({ missed }: SchedulerPolicy): string {
  if (missed.runs === "none") return "nothing";
  const limit = typeof missed.withinSeconds === "number" ? ` within ${missed.withinSeconds} s` : "";
  return missed.runs === "last" ? `the last one${limit}` : `${missed.runs}${limit}`;
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("");
}
