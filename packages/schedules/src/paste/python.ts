import type { Setup } from "../schedule.ts";
import { type Reading, reading } from "./reading.ts";

type Arguments = ReadonlyMap<string, string>;

/**
 * Reads the keywords of Celery's `crontab(minute=0, hour="*\/3")` and of APScheduler's `CronTrigger(day_of_week="mon-fri",
 * hour=17)` as a cron line of theirs; null for anything else, and for keywords that no field of a line stands for.
 */
export function readPythonCall(text: string): Reading | null {
  const celery = argumentsOf(text, /\bcrontab\(([^()]*)\)/);
  if (celery !== null) {
    const line = lineOf(celery, CELERY, () => "*");
    return line && reading(line, { runBy: { scheduler: "celery", what: "a crontab of Celery" } });
  }
  const cron = argumentsOf(text, /\bCronTrigger\(([^()]*)\)|\badd_job\([^()]*["']cron["']([^()]*)\)/);
  if (cron === null) return null;
  const line = lineOf(cron, APSCHEDULER, (field) => (isBelowGiven(field, cron) ? "0" : "*"));
  const timezone = cron.get("timezone") ?? null;
  const setup = setupOf(text);
  const runBy = { scheduler: "apscheduler", what: "a cron trigger of APScheduler", ...setup };
  return line && reading(line, { timezone, runBy });
}

const STORED =
  /\bjobstore\s*=\s*["'](?!memory["'])|\b(?:SQLAlchemy|Redis|MongoDB|RethinkDB|ZooKeeper|Etcd)JobStore\b/;

/**
 * What a call says of APScheduler's set-up: several instances of a job run side by side, and what is made up after an outage
 * depends on where jobs are kept, so that a limit says nothing where the text shows no store.
 */
function setupOf(text: string): { setup?: Setup } {
  const overlap = /\bmax_instances\s*=\s*(?:[2-9]|1\d)/.test(text) ? ({ overlap: "parallel" } as const) : {};
  const setup = { ...missedIn(text), ...overlap };
  return Object.keys(setup).length === 0 ? {} : { setup };
}

function missedIn(text: string): Setup {
  if (/\breplace_existing\s*=\s*True\b/.test(text)) return { missed: "database-replaced" };
  if (!STORED.test(text)) return {};
  const [, limit] = /\bmisfire_grace_time\s*=\s*(\d+|None)\b/.exec(text) ?? [];
  const isEach = /\bcoalesce\s*=\s*False\b/.test(text);
  if (limit === "None") return { missed: isEach ? "database-no-coalesce" : "database-no-limit" };
  return { missed: "database", ...(limit !== undefined && { withinSeconds: Number(limit) }) };
}

// The names of the five fields, in the order of a line.
const CELERY = ["minute", "hour", "day_of_month", "month_of_year", "day_of_week"];
const APSCHEDULER = ["minute", "hour", "day", "month", "day_of_week"];
// Those that say no more than when the job may run and who runs it.
const OTHERS = new Set(
  "timezone jitter id name args kwargs start_date app nowfun misfire_grace_time coalesce max_instances replace_existing jobstore".split(
    " ",
  ),
);
// Fields of APScheduler from the largest on: one that is left out is at its least where a larger one is given, weekdays aside.
const BY_SIZE = ["year", "month", "day", "week", "day_of_week", "hour", "minute"];

function isBelowGiven(field: string, given: Arguments): boolean {
  const largest = BY_SIZE.findLastIndex((name) => given.has(name));
  return field !== "day_of_week" && BY_SIZE.indexOf(field) > largest;
}

function lineOf(given: Arguments, fields: readonly string[], usual: (field: string) => string) {
  const isKnown = [...given.keys()].every(
    (key) => fields.includes(key) || OTHERS.has(key) || isZero(key, given),
  );
  if (!isKnown || !fields.some((field) => given.has(field))) return null;
  const line = fields.map((field) => given.get(field)?.replaceAll(/\s/g, "") ?? usual(field)).join(" ");
  return { kind: "cron" as const, lines: [line] };
}

function isZero(key: string, given: Arguments): boolean {
  return key === "second" && given.get(key) === "0";
}

/** The keywords of a call, quotes taken off; null where the call is not there or has others than `name=text` or a number. */
function argumentsOf(text: string, call: RegExp): Arguments | null {
  const [found, ...groups] = call.exec(text) ?? [];
  if (found === undefined) return null;
  const given = groups.find((group) => group !== undefined) ?? "";
  const pairs = [...given.matchAll(/(\w+)\s*=\s*(?:["']([^"']*)["']|([\w/.]+))/g)];
  const rest = given.replaceAll(/\w+\s*=\s*(?:["'][^"']*["']|[\w/.]+)/g, "").replaceAll(/[\s,]/g, "");
  return rest === "" ? new Map(pairs.map(([, key = "", quoted, bare]) => [key, quoted ?? bare ?? ""])) : null;
}
