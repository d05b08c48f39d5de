import { canonicalTimezone, timezones } from "../timezones/timezones.ts";
import { nameOfCommand } from "./job-name.ts";
import { type Reading, reading, secondsOfSpan } from "./reading.ts";
import { isAbbreviation } from "./zone-abbreviations.ts";

const ZONE_LINE = /^(?:CRON_TZ|TZ)\s*=\s*(["']?)([^"'\s]+)\1\s*(.*)$/;
const DELAY_LINE = /^RANDOM_DELAY\s*=\s*(["']?)(\d{1,5})\1$/;
const VARIABLE_LINE = /^[A-Za-z_]\w*\s*=/;
const FIELDS = 5;

type Job = { fields: string; timezone: string | null; command: string | null; remark: string | null };

/**
 * Reads lines of a crontab: comments, blank lines and variables are left out, `CRON_TZ` or a zone after the fields names the
 * zone, and what follows the fields is the command. Null: no line is left. `keepsEvery`: the chosen scheduler reads `@every`
 * itself, so that it does not become an interval.
 */
export function readCrontab(lines: readonly string[], keepsEvery = false): Reading | null {
  const { jobs, remark, jitterSeconds } = jobsIn(lines);
  const [first, ...others] = jobs;
  if (first === undefined) return null;
  const name = nameOf(first) ?? remark;
  const timezone = first.timezone === null ? {} : { timezone: first.timezone };
  const notes = [...notesOn(first), ...delayNotes(jitterSeconds)];
  const every = /^@every\s+(.+)$/i.exec(first.fields);
  const everySeconds = every === null ? null : secondsOfSpan(every[1] ?? "");
  if (everySeconds !== null && others.length === 0 && !keepsEvery)
    return reading({ kind: "interval", everySeconds }, { name, notes });
  const together = others.filter((job) => isSameJob(job, first));
  const left = others.length - together.length;
  return reading(
    { kind: "cron", lines: [first, ...together].map(({ fields }) => fields) },
    {
      ...timezone,
      name,
      jitterSeconds,
      notes: left === 0 ? notes : [...notes, leftOutText(left)],
      otherJobs: left,
    },
  );
}

/** cronie's `RANDOM_DELAY`: cron delays all its jobs by the same random time, up to that many minutes. */
function delayNotes(jitterSeconds: number | null): string[] {
  if (jitterSeconds === null) return [];
  return [
    `RANDOM_DELAY starts the job up to ${jitterSeconds / 60} min late: until then it does not count as late.`,
  ];
}

function jobsIn(lines: readonly string[]): {
  jobs: Job[];
  remark: string | null;
  jitterSeconds: number | null;
} {
  const jobs: Job[] = [];
  let timezone: string | null = null;
  let remark: string | null = null;
  let jitterSeconds: number | null = null;
  for (const line of lines) {
    const [, , zone, rest = ""] = ZONE_LINE.exec(line) ?? [];
    if (zone !== undefined) timezone = zone;
    const text = zone === undefined ? line : rest;
    const [, , delay] = (jobs.length === 0 && DELAY_LINE.exec(text)) || [];
    if (delay !== undefined) jitterSeconds = Number(delay) * 60 || null;
    if (jobs.length === 0 && text.startsWith("#")) remark = text.replace(/^#+\s*/, "") || null;
    if (text === "" || text.startsWith("#") || VARIABLE_LINE.test(text)) continue;
    jobs.push(jobOf(text, timezone));
  }
  return { jobs, remark, jitterSeconds };
}

function jobOf(line: string, timezone: string | null): Job {
  const tokens = withoutBlanksInLists(line.split(/\s+/));
  const count = tokens[0]?.startsWith("@") ? macroLength(tokens) : FIELDS;
  const fields = tokens.slice(0, count).join(" ");
  const [next, ...more] = tokens.slice(count);
  if (next === undefined) return { fields, timezone, command: null, remark: null };
  // If the sixth word is a field and no command, the line is for another scheduler, and the parser says so.
  if (isField(next) && count === FIELDS) return { fields: line, timezone, command: null, remark: null };
  if (next.startsWith("#")) {
    const remark = [next, ...more].join(" ").replace(/^#+\s*/, "") || null;
    return { fields, timezone, command: null, remark };
  }
  const zone = more.length === 0 ? zoneIn(next.replace(/^\((.*)\)$/, "$1")) : null;
  if (zone !== null) return { fields, timezone: zone, command: null, remark: null };
  return { fields, timezone, command: [next, ...more].join(" "), remark: null };
}

/** How many words a macro is: `@daily`, `@every 5m`, `@every 5 minutes`. */
function macroLength([macro = "", amount = "", unit]: readonly string[]): number {
  if (!/^@every$/i.test(macro)) return 1;
  return /^\d+$/.test(amount) && unit !== undefined && secondsOfSpan(`${amount} ${unit}`) !== null ? 3 : 2;
}

/**
 * The zone that a single word after the fields names. A word that can only be meant as a zone but is none is returned unchanged,
 * so that it is refused and not taken for a command. Null: any other word.
 */
function zoneIn(word: string): string | null {
  const known = canonicalTimezone(word) ?? (word.includes("/") ? zoneInAnyCase(word) : null);
  return known ?? (isMeantAsZone(word) ? word : null);
}

function zoneInAnyCase(word: string): string | null {
  return timezones.find((name) => name.toLowerCase() === word.toLowerCase()) ?? null;
}

function isMeantAsZone(word: string): boolean {
  if (/^(?:UTC|GMT|Z)?[+-]\d{1,2}(?::?\d{2})?$/i.test(word) || word === "Z") return true;
  return (
    isAbbreviation(word) || /^(?:Africa|America|Asia|Australia|Etc|Europe|Pacific)\/[\w/+-]+$/.test(word)
  );
}

/** If there are more words than fields, joins lists with spaces in them: `5, 10 * * * *`. */
function withoutBlanksInLists(tokens: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const [index, token] of tokens.entries()) {
    const last = joined.at(-1);
    const spare = joined.length + tokens.length - index > FIELDS;
    if (spare && joined.length <= FIELDS && last?.endsWith(",") && /^\w/.test(token))
      joined[joined.length - 1] = last + token;
    else joined.push(token);
  }
  return joined;
}

function isField(token: string): boolean {
  return (
    /^[\d*?][\d*?,/#LW-]*$/i.test(token) ||
    /^L(W|-\d+)?$/i.test(token) ||
    /^(SUN|MON|TUE|WED|THU|FRI|SAT)([-,#L/]|$)/i.test(token)
  );
}

function isSameJob(one: Job, other: Job): boolean {
  return one.command === other.command && one.timezone === other.timezone && !/^@every/i.test(one.fields);
}

function nameOf({ command, remark }: Job): string | null {
  return command === null ? remark : nameOfCommand(command);
}

function notesOn({ fields, command, timezone }: Job): string[] {
  return [
    ...(command === null ? [] : [`The schedule is ${fields}; the rest of the line is the command.`]),
    ...(timezone === null ? [] : [`The text names the time zone ${timezone}.`]),
  ];
}

function leftOutText(count: number): string {
  return count === 1
    ? "One more line is another job: make a check of its own for it."
    : `${count} more lines are other jobs: make a check of its own for each.`;
}
