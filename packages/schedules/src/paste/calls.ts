import type { Setup } from "../schedule.ts";
import { type Reading, reading } from "./reading.ts";

/**
 * How code or configuration for a scheduler says when a job runs. `line` captures the cron line, `zone` the time zone; `setups`
 * are signs of how the scheduler is set up.
 */
type Call = {
  sign: RegExp;
  line: RegExp;
  zone?: RegExp;
  /** the zone if the text names none */
  usualZone?: string;
  setups?: readonly (readonly [sign: RegExp, setup: Setup])[];
  scheduler: string;
  what: string;
};

const TEXT = String.raw`\s*["'\x60]([^"'\x60\n]+)["'\x60]`;
const callPattern = (name: string) => new RegExp(`${name}\\(${TEXT}`);
const keyPattern = (key: string) => new RegExp(`${key}\\s*[=:]${TEXT}`);

/** If a text has several signs, the first one in this list counts. */
const CALLS: readonly Call[] = [
  {
    sign: /@Scheduled\b/,
    line: keyPattern("cron"),
    zone: keyPattern("zone"),
    scheduler: "spring",
    what: "Spring's @Scheduled",
  },
  {
    sign: /\bcronSchedule\(/,
    line: callPattern("cronSchedule"),
    zone: callPattern("getTimeZone"),
    setups: [[/@DisallowConcurrentExecution\b/, { overlap: "one-at-the-end" }]],
    scheduler: "quartz",
    what: "a cronSchedule of Quartz",
  },
  {
    sign: /"repository"\s*:|"trigger"\s*:\s*\{\s*"schedule"/,
    line: /"(?:cron|schedule)"\s*:\s*"([^"\n]+)"/,
    zone: /"timezone"\s*:\s*"([^"\n]+)"/,
    usualZone: "UTC",
    scheduler: "elasticsearch",
    what: "a snapshot policy or watch of Elasticsearch",
  },
  {
    sign: /scheduleRecurrently\(/,
    line: /scheduleRecurrently\([^;]*?["']([^\s"']+(?: [^\s"']+){4,5})["']/,
    scheduler: "jobrunr",
    what: "a recurring job of JobRunr",
  },
  {
    sign: /@Cron\(/,
    line: callPattern("@Cron"),
    zone: keyPattern("timeZone"),
    scheduler: "cron-kelektiv",
    what: "a @Cron of NestJS",
  },
  {
    sign: /\bnew CronJob\(|\bcronTime:/,
    line: /(?:new CronJob\(|cronTime:)\s*["'`]([^"'`\n]+)["'`]/,
    zone: keyPattern("timeZone"),
    setups: [[/\bwaitForCompletion:\s*true\b/, { overlap: "skipped" }]],
    scheduler: "cron-kelektiv",
    what: "a CronJob of the npm package cron",
  },
  {
    sign: /\bnew Cron\(/,
    line: callPattern("new Cron"),
    zone: keyPattern("timezone"),
    setups: [[/\bprotect:\s*true\b/, { overlap: "one-at-the-end" }]],
    scheduler: "croner",
    what: "a job of Croner",
  },
  {
    sign: /\bcron\.schedule\(/,
    line: callPattern("cron\\.schedule"),
    zone: keyPattern("timezone"),
    setups: [[/\bnoOverlap:\s*true\b/, { overlap: "skipped" }]],
    scheduler: "node-cron",
    what: "a job of node-cron",
  },
  {
    sign: /\bscheduleJob\(/,
    line: /scheduleJob\((?:\s*["'`][^"'`\n]*["'`]\s*,)??\s*["'`]([^"'`\n]+)["'`]/,
    scheduler: "node-schedule",
    what: "a job of node-schedule",
  },
  {
    sign: /\brepeat:|\bupsertJobScheduler\(/,
    line: keyPattern("(?:pattern|cron)"),
    zone: keyPattern("tz"),
    scheduler: "bullmq",
    what: "a repeated job of BullMQ",
  },
  {
    sign: /\bperiodic\s*\{/,
    line: /\bcrons?\s*=\s*\[?\s*"([^"\n]+)"/,
    zone: keyPattern("time_zone"),
    scheduler: "hashicorp-nomad",
    what: "a periodic job of Nomad",
  },
  {
    sign: /\bgocron\.CronJob\(/,
    line: callPattern("gocron\\.CronJob"),
    scheduler: "gocron",
    what: "a CronJob of gocron",
  },
  {
    sign: /\bCronTrigger\.from_crontab\(/,
    line: callPattern("from_crontab"),
    zone: keyPattern("timezone"),
    scheduler: "apscheduler",
    what: "a CronTrigger of APScheduler",
  },
  {
    sign: /\bDAG\(|@dag\(/,
    line: keyPattern("schedule(?:_interval)?"),
    setups: [[/\bcatchup\s*=\s*True\b/, { missed: "catchup" }]],
    scheduler: "airflow",
    what: "a DAG of Airflow",
  },
  {
    sign: /\bcron_schedule\s*=/,
    line: keyPattern("cron_schedule"),
    zone: keyPattern("execution_timezone"),
    scheduler: "dagster",
    what: "a schedule of Dagster",
  },
  {
    sign: /\btriggers\s*\{|\bpollSCM\(/,
    line: /\b(?:cron|pollSCM)\(\s*["']{1,3}([^"']+)["']/,
    scheduler: "jenkins",
    what: "a trigger of Jenkins",
  },
  {
    sign: /\bgood_job\.cron\b|\bSidekiq::Cron\b/,
    line: /\bcron['"]?\s*(?::|=>)\s*["']([^"'\n]+)["']/,
    scheduler: "fugit",
    what: "a job of GoodJob or Sidekiq-cron",
  },
];

/** Reads the cron line in a few lines of code or configuration that show their scheduler; null: there is none. */
export function readCall(text: string): Reading | null {
  const call = CALLS.find(({ sign }) => sign.test(text));
  const line = call?.line.exec(text)?.[1]?.trim();
  if (call === undefined || line === undefined) return null;
  const { scheduler, what, zone, usualZone = null, setups = [] } = call;
  const timezone = zone?.exec(text)?.[1] ?? usualZone;
  const [, setup] = setups.find(([sign]) => sign.test(text)) ?? [];
  const runBy = { scheduler, what, ...(setup !== undefined && { setup }) };
  return reading({ kind: "cron", lines: line.split("\n") }, { timezone, runBy });
}

const TIMER_FIELDS = ["second", "minute", "hour", "dayOfMonth", "month", "dayOfWeek", "year"];
const TIMER_OTHERS = new Set(["timezone", "persistent", "info"]);

/**
 * Reads `@Schedule(hour = "2", dayOfMonth = "2nd Fri")` of an EJB timer as a line. Null: it is something else, or has a day that
 * a line cannot express.
 */
export function readEjbTimer(text: string): Reading | null {
  const given = /@Schedule\(([^()]*)\)/.exec(text)?.[1];
  const pairs = [...(given ?? "").matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|(\w+))/g)];
  const values = new Map(pairs.map(([, key = "", quoted, bare = ""]) => [key, quoted ?? bare]));
  if (![...values.keys()].every((key) => TIMER_FIELDS.includes(key) || TIMER_OTHERS.has(key))) return null;
  if (!TIMER_FIELDS.some((field) => values.has(field))) return null;
  const days = (values.get("dayOfMonth") ?? "*").split(",").map((entry) => timerDay(entry.trim()));
  if (days.includes(null)) return null;
  const weekdays = days.flatMap((day) => (day !== null && "weekday" in day ? [day.weekday] : []));
  const monthdays = days.flatMap((day) => (day !== null && "monthday" in day ? [day.monthday] : []));
  const fieldText = (field: string, usual: string) => values.get(field)?.replaceAll(/\s/g, "") ?? usual;
  const ofWeek = fieldText("dayOfWeek", "*");
  const fields = [
    fieldText("second", "0"),
    fieldText("minute", "0"),
    fieldText("hour", "0"),
    monthdays.join(",") || "*",
    fieldText("month", "*"),
    [...(ofWeek === "*" && weekdays.length > 0 ? [] : [ofWeek]), ...weekdays].join(","),
    fieldText("year", "*"),
  ];
  // The shortest form that has what was given: five fields, six with seconds, seven with a year.
  const hasYear = fields[6] !== "*";
  const hasSeconds = hasYear || fields[0] !== "0";
  const line = fields.slice(hasSeconds ? 0 : 1, hasYear ? 7 : 6);
  return reading(
    { kind: "cron", lines: [line.join(" ")] },
    {
      timezone: values.get("timezone") ?? null,
      runBy: { scheduler: "wildfly", what: "an EJB timer" },
    },
  );
}

/** `Last`, `-3`, `2nd Fri` and `Last Fri` as in a cron line; null: a line cannot express the entry. */
function timerDay(entry: string): { monthday: string } | { weekday: string } | null {
  const [, ordinal = "", weekday = ""] = /^([1-4])(?:st|nd|rd|th)\s+([a-z]{3})$/i.exec(entry) ?? [];
  if (weekday !== "") return { weekday: `${weekday}#${ordinal}` };
  const [, last = ""] = /^last\s+([a-z]{3})$/i.exec(entry) ?? [];
  if (last !== "") return { weekday: `${last}L` };
  if (/^last$/i.test(entry)) return { monthday: "L" };
  if (/^-[1-7]$/.test(entry)) return { monthday: `L${entry}` };
  return /^(?:\*|\d+(?:\s*-\s*\d+)?)$/.test(entry) ? { monthday: entry.replaceAll(/\s/g, "") } : null;
}
