import {
  type CalendarSchedule,
  LIKELY_ZONES,
  nextAfter,
  type Schedule,
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

/** How many were examined, how many had a finding and the right one, and which had not. */
export type Measured = { checks: number; found: number; right: number; wrong: string[] };

/** Jobs in another zone than their check's: those whose zone is named. */
export function measureStrangers(seed: number, checks: number): Measured {
  return measure(checks, (number) => makeStranger(seed, number), isZoneRight);
}

/** Jobs that another scheduler runs: those for which a scheduler with that reading is named. */
export function measureMisread(seed: number, checks: number): Measured {
  return measure(checks, (number) => makeMisread(seed, number), isReadingRight);
}

/** Healthy jobs: any finding is wrong. */
export function measureHealthy(seed: number, checks: number): Measured {
  return measure(
    checks,
    (number) => makeHealthy(seed, number),
    (_, findings) => findings.length === 0,
  );
}

function measure(
  checks: number,
  make: (number: number) => Patient,
  isRight: (patient: Patient, findings: readonly Finding[]) => boolean,
): Measured {
  const measured: Measured = { checks, found: 0, right: 0, wrong: [] };
  for (let number = 0; number < checks; number += 1) {
    const patient = make(number);
    const findings = examineSchedule(patient.settings, patient.runs);
    if (findings.length > 0) measured.found += 1;
    if (isRight(patient, findings)) measured.right += 1;
    else measured.wrong.push(storyOf(patient, findings));
  }
  return measured;
}

/** The true zone, or one that cannot be found from it by these runs and that more hosts live in. */
function isZoneRight(patient: Patient, findings: readonly Finding[]): boolean {
  const named = namedSchedule(findings);
  const truth = patient.truth as CalendarSchedule;
  if (named === null || named.expression !== truth.expression) return false;
  if (named.timezone === truth.timezone) return true;
  return isSameOver(patient, named) && rankOf(named.timezone) < rankOf(truth.timezone);
}

function isReadingRight(patient: Patient, findings: readonly Finding[]): boolean {
  const named = namedSchedule(findings);
  return (
    named !== null &&
    named.timezone === (patient.truth as CalendarSchedule).timezone &&
    isSameOver(patient, named)
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

/** Whether both have the same times from before the first run to after the last one. */
function isSameOver({ truth, runs }: Patient, named: Schedule): boolean {
  const instants = runs.map(({ startedAt, endedAt }) => startedAt ?? endedAt ?? 0);
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  for (let at: number | null = first; at !== null && at < last; at = nextAfter(truth, at))
    if (nextAfter(truth, at) !== nextAfter(named, at)) return false;
  return true;
}

function storyOf({ id, settings, truth, runs }: Patient, findings: readonly Finding[]): string {
  const found = findings.map(({ kind, sentence, edit }) => `${kind}: ${sentence} ${JSON.stringify(edit)}`);
  return `${id}: ${JSON.stringify(settings.schedule)}, grace ${settings.graceSeconds} s, ${runs.length} runs of ${JSON.stringify(truth)}: ${found.join("; ") || "nothing"}`;
}

/** A check with the runs that it has seen, and the schedule that its job really keeps. */
type Patient = { id: string; settings: CheckSettings; runs: SeenRun[]; truth: Schedule };

/** Where the jobs live: zones of hosts and of people, those with half hours and those without clock changes among them. */
const HOMES =
  "UTC UTC UTC Europe/London Europe/Berlin Europe/Paris Europe/Madrid Europe/Kyiv Europe/Athens Europe/Istanbul Europe/Moscow Africa/Cairo Africa/Lagos Africa/Johannesburg Asia/Dubai Asia/Karachi Asia/Kolkata Asia/Kolkata Asia/Kathmandu Asia/Dhaka Asia/Bangkok Asia/Singapore Asia/Shanghai Asia/Tokyo Australia/Adelaide Australia/Brisbane Australia/Sydney Pacific/Auckland America/Sao_Paulo America/Halifax America/St_Johns America/New_York America/New_York America/Toronto America/Chicago America/Mexico_City America/Denver America/Phoenix America/Los_Angeles America/Los_Angeles America/Vancouver America/Anchorage".split(
    " ",
  );
/** What checks are set to: the form's default, or where the person sits who made the check. */
const CONFIGURED =
  "UTC UTC UTC UTC Europe/Berlin Europe/London Europe/Riga America/New_York America/Chicago America/Los_Angeles Asia/Kolkata Asia/Tokyo Australia/Sydney".split(
    " ",
  );

/** How lines read, and how many runs of them are seen: a fortnight of days to months of weeks. */
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
const HEALTHY_MORE: readonly Schedule[] = [
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
/** Lines that schedulers read differently, as the check has them, with the scheduler that runs the job. */
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

/** A job that lives in another zone than its check says, and is seen to. */
function makeStranger(seed: number, number: number): Patient {
  for (let attempt = 0; ; attempt += 1) {
    const random = randomFrom(`${seed}/${number}/${attempt}/stranger`);
    const { expression, count } = pickLine(random);
    const [here, home] = [random.pick(CONFIGURED), random.pick(HOMES)];
    const patient = makePatient(random, {
      id: `${seed}/${number}`,
      configured: cron(here)(expression),
      truth: cron(home)(expression),
      count,
    });
    if (isOff(patient)) return patient;
  }
}

/** A job that another scheduler runs than its check says, and is seen to. */
function makeMisread(seed: number, number: number): Patient {
  for (let attempt = 0; ; attempt += 1) {
    const random = randomFrom(`${seed}/${number}/${attempt}/misread`);
    const [expression, scheduler] = random.pick(READINGS);
    const configured = cron(random.pick(CONFIGURED))(expression);
    const truth = { ...configured, expression: asWritten(expression, scheduler), scheduler };
    const count = random.whole(15, 60);
    const patient = makePatient(random, { id: `${seed}/${number}`, configured, truth, count });
    if (isOff(patient)) return patient;
  }
}

/** A job that does what its check says, as well as real ones do. */
function makeHealthy(seed: number, number: number): Patient {
  const random = randomFrom(`${seed}/${number}/healthy`);
  const { expression, count } = pickLine(random);
  const configured = random.chance(0.6)
    ? cron(random.pick(CONFIGURED))(expression)
    : random.pick(HEALTHY_MORE);
  return makePatient(random, { id: `${seed}/${number}`, configured, truth: configured, count });
}

function pickLine(random: Random): { expression: string; count: number } {
  const { lines, runs } = random.pick(RHYTHMS);
  return { expression: random.pick(lines), count: random.whole(...runs) };
}

/** Quartz and Spring know no lines of five fields: what their users write. */
function asWritten(expression: string, scheduler: string): string {
  if (scheduler === "spring") return `0 ${expression}`;
  return scheduler === "quartz" ? `0 ${expression.replace(" * * ", " ? * ")}` : expression;
}

type Course = { id: string; configured: Schedule; truth: Schedule; count: number };

function makePatient(random: Random, { id, configured, truth, count }: Course): Patient {
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

/** The runs as they were seen: late, from a wrong clock, sent again, run by hand, lost, or missing in an outage. */
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
  // Some queue behind other jobs and come hours late now and then.
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

/** A third of the hosts are away once, for up to an eighth of the time. */
function outageIn(random: Random, slots: readonly Instant[]): { from: Instant; until: Instant } {
  const [first = 0, last = 0] = [slots[0], slots.at(-1)];
  if (!random.chance(0.33)) return { from: Infinity, until: Infinity };
  const from = first + random.unit() * (last - first);
  return { from, until: from + Math.max(2 * DAY, ((last - first) / 8) * random.unit()) };
}

/** Whether at least a fifth of the runs, six of them, begin when none is due, by more than the grace allows. */
function isOff({ settings, truth, runs }: Patient): boolean {
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

/** Box and Muller's: of mean 0 and deviation 1. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}
