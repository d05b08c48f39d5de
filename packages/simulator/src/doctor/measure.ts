import {
  type CalendarSchedule,
  LIKELY_ZONES,
  nextAfter,
  type Schedule,
  timeZoneOf,
  type Instant,
} from "@overdue/schedules";
import {
  examineSchedule,
  type Finding,
  type CheckSettings,
  defaultSettings,
  type SeenRun,
} from "@overdue/core";
import { DAY, HOUR, MINUTE, SECOND } from "../history/history.ts";
import { type Random, randomFrom } from "../random.ts";

/** How many checks were examined, how many had a finding, how many had the right result, and a line for each of the others. */
export type Measured = { checks: number; found: number; right: number; wrong: string[]; partHours: Share };
/** Those whose job lives in a zone that is half or quarter hours off UTC, and how many of them were right. */
type Share = { checks: number; right: number };

/** Examines jobs that run in another zone than their check's; right is a finding that names their zone. */
export function measureMovedJobs(seed: number, checks: number): Measured {
  return measure(checks, (number) => makeMovedJob(seed, number), isZoneRight);
}

/** Examines jobs that another scheduler runs; right is a finding that names a scheduler with the same times. */
export function measureMisread(seed: number, checks: number): Measured {
  return measure(checks, (number) => makeMisread(seed, number), isReadingRight);
}

/** Examines healthy jobs; any finding is wrong. */
export function measureHealthy(seed: number, checks: number): Measured {
  return measure(
    checks,
    (number) => makeHealthy(seed, number),
    (_, findings) => findings.length === 0,
  );
}

function measure(
  checks: number,
  make: (number: number) => ExaminedCheck,
  isRight: (examined: ExaminedCheck, findings: readonly Finding[]) => boolean,
): Measured {
  const partHours = { checks: 0, right: 0 };
  const measured: Measured = { checks, found: 0, right: 0, wrong: [], partHours };
  for (let number = 0; number < checks; number += 1) {
    const examined = make(number);
    const findings = examineSchedule(examined.settings, examined.runs);
    if (findings.length > 0) measured.found += 1;
    const right = isRight(examined, findings);
    if (right) measured.right += 1;
    else measured.wrong.push(storyOf(examined, findings));
    if (!isPartHour(examined.truth)) continue;
    partHours.checks += 1;
    if (right) partHours.right += 1;
  }
  return measured;
}

function isPartHour(schedule: Schedule): boolean {
  return schedule.kind !== "interval" && timeZoneOf(schedule.timezone).offsetAt(BEGIN) % HOUR !== 0;
}

/** Whether the true zone is named, or a more common one that has the same times during these runs. */
function isZoneRight(examined: ExaminedCheck, findings: readonly Finding[]): boolean {
  const named = namedSchedule(findings);
  const truth = examined.truth as CalendarSchedule;
  if (named === null || named.expression !== truth.expression) return false;
  if (named.timezone === truth.timezone) return true;
  return isSameOver(examined, named) && rankOf(named.timezone) < rankOf(truth.timezone);
}

function isReadingRight(examined: ExaminedCheck, findings: readonly Finding[]): boolean {
  const named = namedSchedule(findings);
  return (
    named !== null &&
    named.timezone === (examined.truth as CalendarSchedule).timezone &&
    isSameOver(examined, named)
  );
}

function namedSchedule(findings: readonly Finding[]): CalendarSchedule | null {
  const schedule = findings[0]?.edit?.schedule;
  return findings.length === 1 && schedule !== undefined && schedule.kind !== "interval" ? schedule : null;
}

function rankOf(timezone: string): number {
  const rank = LIKELY_ZONES.findIndex((zone) => zone.timezone === timezone);
  return rank < 0 ? Infinity : rank;
}

/** Whether both schedules have the same times from the first run to the last one. */
function isSameOver({ truth, runs }: ExaminedCheck, named: Schedule): boolean {
  const instants = runs.map(({ startedAt, endedAt }) => startedAt ?? endedAt ?? 0);
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  for (let at: number | null = first; at !== null && at < last; at = nextAfter(truth, at))
    if (nextAfter(truth, at) !== nextAfter(named, at)) return false;
  return true;
}

function storyOf({ id, settings, truth, runs }: ExaminedCheck, findings: readonly Finding[]): string {
  const found = findings.map(({ kind, sentence, edit }) => `${kind}: ${sentence} ${JSON.stringify(edit)}`);
  return `${id}: ${JSON.stringify(settings.schedule)}, grace ${settings.graceSeconds} s, ${runs.length} runs of ${JSON.stringify(truth)}: ${found.join("; ") || "nothing"}`;
}

/** A check with the runs that it has seen, and the schedule that its job really follows. */
type ExaminedCheck = { id: string; settings: CheckSettings; runs: SeenRun[]; truth: Schedule };

/** The zones in which jobs run: of hosts and of people, some with half hours and some without clock changes. */
const JOB_ZONES =
  "UTC UTC UTC Europe/London Europe/Berlin Europe/Paris Europe/Madrid Europe/Kyiv Europe/Athens Europe/Istanbul Europe/Moscow Africa/Cairo Africa/Lagos Africa/Johannesburg Asia/Dubai Asia/Karachi Asia/Kolkata Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Bangkok Asia/Singapore Asia/Shanghai Asia/Tokyo Australia/Adelaide Australia/Brisbane Australia/Sydney Pacific/Auckland America/Sao_Paulo America/Halifax America/St_Johns America/New_York America/New_York America/Toronto America/Chicago America/Mexico_City America/Denver America/Phoenix America/Los_Angeles America/Los_Angeles America/Vancouver America/Anchorage".split(
    " ",
  );
/** The zones that checks are set to: the form's default, or the zone of the person who made the check. */
const CHECK_ZONES =
  "UTC UTC UTC UTC Europe/Berlin Europe/London Europe/Riga America/New_York America/Chicago America/Los_Angeles Asia/Kolkata Asia/Tokyo Australia/Sydney".split(
    " ",
  );

/** Cron lines, and how many of their runs are seen: from a fortnight of daily runs to months of weekly ones. */
type Rhythm = { lines: readonly string[]; runs: readonly [number, number] };
const RHYTHMS: readonly Rhythm[] = [
  { lines: ["30 2 * * *", "0 3 * * *", "15 0 * * *", "45 23 * * *", "0 12 * * *"], runs: [14, 90] },
  { lines: ["0 4 * * 0", "30 1 * * 1", "0 22 * * 5", "15 6 * * 6"], runs: [10, 30] },
  { lines: ["0 9 * * 1-5", "30 23 * * 1-5", "0 1 * * 1-5", "0 18 * * 1,3,5"], runs: [14, 80] },
  {
    lines: ["0 8,20 * * *", "0 6,12,18 * * *", "30 */6 * * *", "15 1,2 * * *", "0 */4 * * *"],
    runs: [20, 120],
  },
  { lines: ["0 9-17 * * *", "0 8-18 * * 1-5", "*/30 6-21 * * *", "10 22,23,0,1 * * *"], runs: [60, 200] },
];
const OTHER_HEALTHY: readonly Schedule[] = [
  { kind: "interval", everySeconds: 300 },
  { kind: "interval", everySeconds: 3600 },
  { kind: "interval", everySeconds: 86_400 },
  ...["* * * * *", "*/10 * * * *", "0 * * * *", "5 0 1 * *", "0 0 1,15 * *", "0 6 * * 2#1"].map(cron("UTC")),
  ...["*/15 * * * *", "0 * * * *", "30 2 * * *", "0 2,3 * * *"].map(cron("America/New_York")),
  { kind: "oncalendar", expression: "Mon..Fri 03:00", timezone: "Europe/Berlin" },
  { ...cron("Europe/Berlin")("0 9 * * 1-5"), scheduler: "apscheduler" },
  { ...cron("Asia/Tokyo")("0 0 0 ? * 2-6"), scheduler: "quartz" },
  { ...cron("Europe/London")("0 0 1-7 * 1"), scheduler: "celery" },
];
/** Lines that schedulers read differently, as the check has them, and the scheduler that runs the job. */
const READINGS: readonly (readonly [expression: string, scheduler: string])[] = [
  ["0 9 * * 1-5", "apscheduler"],
  ["30 4 * * 0", "apscheduler"],
  ["0 9 * * 1-5", "quartz"],
  ["15 6 * * 2", "quartz"],
  ["0 0 * * FRI#2", "croniter"],
  ["0 3 1-7 * 1", "celery"],
  ["0 3 1-7 * 1", "spring"],
  ["0 5 */2 * *", "busybox"],
  ["0 0 * * 7", "busybox"],
];

const BEGIN = Date.UTC(2025, 6, 1);
const BEGIN_DAYS = 500;

/** A job that runs in another zone than its check says, so often that its runs show it. */
function makeMovedJob(seed: number, number: number): ExaminedCheck {
  for (let attempt = 0; ; attempt += 1) {
    const random = randomFrom(`${seed}/${number}/${attempt}/stranger`);
    const { expression, count } = pickLine(random);
    const [checkZone, jobZone] = [random.pick(CHECK_ZONES), random.pick(JOB_ZONES)];
    const examined = makeExamined(random, {
      id: `${seed}/${number}`,
      configured: cron(checkZone)(expression),
      truth: cron(jobZone)(expression),
      count,
    });
    if (isOff(examined)) return examined;
  }
}

/** A job that another scheduler runs than its check says, so often that its runs show it. */
function makeMisread(seed: number, number: number): ExaminedCheck {
  for (let attempt = 0; ; attempt += 1) {
    const random = randomFrom(`${seed}/${number}/${attempt}/misread`);
    const [expression, scheduler] = random.pick(READINGS);
    const configured = cron(random.pick(CHECK_ZONES))(expression);
    const truth = { ...configured, expression: writeFor(scheduler, expression), scheduler };
    const count = random.whole(15, 60);
    const examined = makeExamined(random, { id: `${seed}/${number}`, configured, truth, count });
    if (isOff(examined)) return examined;
  }
}

/** A job that does what its check says, as well as real jobs do. */
function makeHealthy(seed: number, number: number): ExaminedCheck {
  const random = randomFrom(`${seed}/${number}/healthy`);
  const { expression, count } = pickLine(random);
  const configured = random.chance(0.6)
    ? cron(random.pick(CHECK_ZONES))(expression)
    : random.pick(OTHER_HEALTHY);
  return makeExamined(random, { id: `${seed}/${number}`, configured, truth: configured, count });
}

function pickLine(random: Random): { expression: string; count: number } {
  const { lines, runs } = random.pick(RHYTHMS);
  return { expression: random.pick(lines), count: random.whole(...runs) };
}

/** Quartz and Spring have no lines of five fields, so their users write the seconds too. */
function writeFor(scheduler: string, expression: string): string {
  if (scheduler === "spring") return `0 ${expression}`;
  return scheduler === "quartz" ? `0 ${expression.replace(" * * ", " ? * ")}` : expression;
}

type Course = { id: string; configured: Schedule; truth: Schedule; count: number };

function makeExamined(random: Random, { id, configured, truth, count }: Course): ExaminedCheck {
  const settings: CheckSettings = {
    ...defaultSettings,
    schedule: configured,
    graceSeconds: random.pick([300, 600, 900, 1800, 3600, 3600, 7200]),
  };
  const from = BEGIN + random.whole(0, BEGIN_DAYS * 24) * HOUR;
  const slots: Instant[] = [];
  for (let at = nextAfter(truth, from); at !== null && slots.length < count; at = nextAfter(truth, at))
    slots.push(at);
  return { id, settings, truth, runs: runsAt(random, slots, settings) };
}

/** The runs as the check saw them: late, from a wrong clock, sent again, run by hand, lost, or missing in an outage. */
function runsAt(
  random: Random,
  slots: readonly Instant[],
  { graceSeconds, schedule }: CheckSettings,
): SeenRun[] {
  const hasStarts = random.chance(0.5);
  const skewMs = random.chance(0.7) ? 0 : random.whole(-30, 30) * SECOND;
  const usualMs = Math.min(90 * SECOND * Math.exp(1.5 * normal(random)), 0.6 * graceSeconds * SECOND);
  const varies = 0.05 + 0.25 * random.unit();
  const [lostShare, againShare, byHandShare] = [0.04, 0.03, 0.02].map(
    (share) => random.unit() * 2 * share,
  ) as [number, number, number];
  const outage = outageIn(random, slots);
  // Some jobs queue behind others, and now and then run hours late.
  const [slowShare, slowMs] = random.chance(0.2) ? [0.12, 6 * HOUR] : [0.03, (graceSeconds / 3) * SECOND];
  let movedMs = 0;
  return slots.flatMap((slot): SeenRun[] => {
    if ((slot >= outage.from && slot < outage.until) || random.chance(lostShare)) return [];
    const lateMs = random.chance(slowShare)
      ? random.unit() * slowMs
      : -Math.log(1 - random.unit()) * 4 * SECOND;
    const startedAt = Math.round(slot + movedMs + skewMs + lateMs);
    const endedAt = Math.round(startedAt + usualMs * Math.max(0.3, 1 + varies * normal(random)));
    // An interval's next run is counted from this one.
    if (schedule.kind === "interval") movedMs += lateMs;
    const run = { startedAt: hasStarts ? startedAt : null, endedAt };
    const seen: SeenRun[] = [run];
    if (random.chance(againShare))
      seen.push({ startedAt: null, endedAt: endedAt + random.whole(2, 120) * SECOND });
    if (random.chance(byHandShare)) {
      const at = endedAt + random.whole(5, 600) * MINUTE;
      seen.push({ startedAt: hasStarts ? at : null, endedAt: at + usualMs });
    }
    return seen;
  });
}

/** A third of the hosts are down once, for up to an eighth of the time. */
function outageIn(random: Random, slots: readonly Instant[]): { from: Instant; until: Instant } {
  const [first = 0, last = 0] = [slots[0], slots.at(-1)];
  if (!random.chance(0.33)) return { from: Infinity, until: Infinity };
  const from = first + random.unit() * (last - first);
  return { from, until: from + Math.max(2 * DAY, ((last - first) / 8) * random.unit()) };
}

/** Whether at least a fifth of the runs, and at least six, begin when the check expects none, even with its grace. */
function isOff({ settings, truth, runs }: ExaminedCheck): boolean {
  const due = (schedule: Schedule, at: Instant, graceMs: number) => {
    const slot = nextAfter(schedule, at - graceMs);
    return slot !== null && slot <= at + MINUTE;
  };
  const own = runs.filter(({ startedAt, endedAt }) => due(truth, startedAt ?? endedAt ?? 0, 2 * HOUR));
  const off = own.filter(
    ({ startedAt, endedAt }) =>
      !due(settings.schedule, startedAt ?? endedAt ?? 0, settings.graceSeconds * SECOND),
  );
  return off.length >= Math.max(6, runs.length / 5);
}

function cron(timezone: string): (expression: string) => CalendarSchedule {
  return (expression) => ({ kind: "cron", expression, timezone });
}

/** A normal number of mean 0 and deviation 1, by the Box-Muller transform. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}
