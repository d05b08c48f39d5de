import { everyMs, hasWindows, type Instant, nextAfter, type Schedule, windowMs } from "@overdue/schedules";
import { type CheckSettings, defaultSettings } from "@overdue/core";
import { DAY, HOUR, MINUTE, SECOND } from "../history/history.ts";
import { type Random, randomFrom } from "../random.ts";
import { makeRuns } from "./runs.ts";
import type { Habits, Imperfections, Lengths, World } from "./world.ts";

const ALL: Imperfections = {
  skewMs: 5 * SECOND,
  retries: 0.1,
  swaps: 0.2,
  leftOut: 0.04,
  slow: true,
  late: true,
};

const NONE: Imperfections = { skewMs: 0, retries: 0, swaps: 0, leftOut: 0, slow: false, late: false };
const SLOTS_MAX = 60;
const MADE_BEFORE_MS = 20 * SECOND;

/** The world of this seed and number. `only` lists the imperfections that it may have; empty: any. */
export function makeWorld(seed: number, number: number, only: readonly (keyof Imperfections)[] = []): World {
  const id = `${seed}/${number}`;
  const random = randomFrom(`${id}/well-behaved`);
  // A generator of its own for what the scheduler does, so that every other part of a world stays as it was without it.
  const schedulerRandom = randomFrom(`${id}/drawn`);
  const imperfections = makeImperfections(random, only);
  const plain = makeSchedule(random);
  const schedule = (schedulerRandom.chance(0.3) && makeDrawn(schedulerRandom)) || plain;
  const newYear = Date.UTC(2026, 0, 1);
  const madeAt = madeLongBefore(schedule, newYear + random.whole(0, 700 * 86_400) * SECOND);
  const dues = duesOf(random, schedule, madeAt);
  const gapMs = Math.min(...dues.slice(1).map((dueAt, at) => dueAt - (dues[at] ?? 0)));
  const isDrawn = hasWindows(schedule);
  const namesSlot = everyMs(schedule) === null && !isDrawn && schedulerRandom.chance(0.15);
  const usual = makeHabits(random, { imperfections, schedule });
  // If two machines draw their times, one may begin in the next window, and its pings do not show which slot it is for.
  const isOfTwo = usual.hosts === "both" || usual.hosts === "nat";
  const habits: Habits = { ...usual, namesSlot, hosts: isDrawn && isOfTwo ? "either" : usual.hosts };
  const lengths = makeLengths(random, { gapMs, habits });
  const jitterSeconds = makeJitter(schedulerRandom, { schedule, gapMs, namesSlot });
  const made = makeSettings(random, { schedule, gapMs, habits, lengths });
  // A run that begins late in one window and one that begins early in the next may both fall into the second.
  const settings = { ...made, jitterSeconds, tooOften: isDrawn ? null : made.tooOften };
  // Behind one address, a retry of one machine looks like a ping of the other.
  const retries = habits.hosts === "nat" ? 0 : imperfections.retries;
  const delayOf = makeDelays(schedulerRandom, { schedule, jitterSeconds, gapMs });
  const course = { habits, imperfections: { ...imperfections, retries }, dues, delayOf, gapMs, ...lengths };
  const { longestMs } = lengths;
  return { id, settings, madeAt, gapMs, habits, longestMs, runs: makeRuns(random, course) };
}

const JENKINS = [
  "H * * * *",
  "H/15 * * * *",
  "H H * * *",
  "@daily",
  "@midnight",
  "H H(0-5) * * 1-5",
  "H 2 * * *",
];
const CRONIE = ["0~59 * * * *", "~ 3 * * *", "10~40 4 * * *", "~ ~ * * *", "30 1~5 * * 1-5"];
const EVERY = ["@every 5m", "@every 90m", "@every 1h", "@every 24h"];

/** A schedule whose scheduler draws its times, or counts them from the last start. */
function makeDrawn(random: Random): Schedule {
  const [scheduler, lines] = random.pick([
    ["jenkins", JENKINS],
    ["cronie", CRONIE],
    ["kubernetes", EVERY],
  ] as const);
  const timezone = random.pick(["UTC", "Europe/Riga", "America/New_York"]);
  return { kind: "cron", scheduler, expression: random.pick(lines), timezone };
}

/** The jitter in the settings, for systemd's RandomizedDelaySec and cronie's RANDOM_DELAY. */
function makeJitter(
  random: Random,
  { schedule, gapMs, namesSlot }: { schedule: Schedule; gapMs: number; namesSlot: boolean },
): number {
  if (everyMs(schedule) !== null || hasWindows(schedule) || namesSlot || !random.chance(0.15)) return 0;
  return Math.floor(Math.min(random.pick([30, 300, 1_800]), gapMs / (4 * SECOND)));
}

/**
 * How long after its due time the scheduler starts a run: as far into its window as the scheduler has drawn, once or
 * occasionally anew, or anywhere within the jitter.
 */
function makeDelays(
  random: Random,
  { schedule, jitterSeconds, gapMs }: { schedule: Schedule; jitterSeconds: number; gapMs: number },
): (dueAt: Instant) => number {
  let share = random.unit();
  const isOfCronie = schedule.kind === "cron" && schedule.scheduler === "cronie";
  return (dueAt) => {
    const lengthMs = windowMs(schedule, dueAt);
    if (lengthMs === 0) return random.whole(0, jitterSeconds * SECOND);
    // If windows follow each other, a time that is drawn anew looks like a late run.
    if (isOfCronie && lengthMs < gapMs / 2 && random.chance(0.03)) share = random.unit();
    return Math.floor((share * lengthMs) / MINUTE) * MINUTE;
  };
}

/** Half of the worlds have any one imperfection, so that each occurs alone and with any other. */
function makeImperfections(random: Random, only: readonly (keyof Imperfections)[]): Imperfections {
  const kinds = Object.keys(NONE).filter((kind): kind is keyof Imperfections => kind in NONE);
  const chosen = kinds.filter((kind) => (only.length === 0 ? random.chance(0.5) : only.includes(kind)));
  return { ...NONE, ...Object.fromEntries(chosen.map((kind) => [kind, ALL[kind]])) };
}

const CRON = ["* * * * *", "*/2 * * * *", "*/5 * * * *", "*/5 * * * *", "*/15 * * * *", "0 * * * *"];
const CRON_SELDOM = ["0,10 * * * *", "0 3 * * *", "30 2 * * *", "0 9 * * 1-5", "0 4 * * 0", "5 0 1 * *"];
const ONCALENDAR = ["*:0/5", "hourly", "*-*-* 02:30", "Mon..Fri 03:00", "weekly", "monthly"];
const EVERY_SECONDS = [60, 120, 300, 900, 3_600, 21_600, 86_400, 7 * 86_400, 30 * 86_400];

function makeSchedule(random: Random): Schedule {
  const timezone = random.pick(["UTC", "Europe/Riga", "America/New_York", "Asia/Kolkata"]);
  const kind = random.pick(["cron", "cron", "oncalendar", "interval"] as const);
  if (kind === "interval") return { kind, everySeconds: random.pick(EVERY_SECONDS) };
  const expressions = kind === "cron" ? [...CRON, ...CRON_SELDOM] : ONCALENDAR;
  return { kind, expression: random.pick(expressions), timezone };
}

/** When the job should run; a job with an interval has a phase of its own. */
function duesOf(random: Random, schedule: Schedule, madeAt: Instant): Instant[] {
  const intervalMs = everyMs(schedule);
  let dueAt =
    intervalMs === null ? nextAfter(schedule, madeAt) : madeAt + random.whole(MADE_BEFORE_MS, intervalMs);
  const dues: Instant[] = [];
  for (; dueAt !== null && dues.length < SLOTS_MAX; dueAt = nextAfter(schedule, dueAt)) dues.push(dueAt);
  return dues;
}

/** Moves the creation of a check past a slot that is too near, so that no ping is stamped before it, even by a wrong clock. */
function madeLongBefore(schedule: Schedule, at: Instant): Instant {
  const next = nextAfter(schedule, at);
  return next !== null && next - at < MADE_BEFORE_MS ? next : at;
}

function makeHabits(
  random: Random,
  { imperfections: { swaps }, schedule }: { imperfections: Imperfections; schedule: Schedule },
): Omit<Habits, "namesSlot"> {
  const starts = random.chance(0.6);
  const parallel = starts && random.chance(0.15);
  const background = random.chance(0.5) && swaps > 0;
  return {
    starts,
    parallel,
    runIds: random.chance(0.35),
    background,
    hosts: parallel
      ? "one"
      : random.pick([
          "one",
          "one",
          "one",
          "unknown",
          "both",
          "either",
          background || everyMs(schedule) !== null || hasWindows(schedule) ? "both" : "nat",
        ]),
  };
}

/** How long everything takes, chosen so that every run that happens is in time. */
function makeLengths(random: Random, { gapMs, habits }: { gapMs: number; habits: Habits }): Lengths {
  const { starts, parallel } = habits;
  const graces = [60, 60, 300, 3_600, gapMs / 4_000, gapMs / 2_000, gapMs / SECOND];
  const graceMs = Math.max(60, Math.round(Math.min(random.pick(graces), DAY / SECOND))) * SECOND;
  const hasLimit = starts && (parallel || random.chance(0.5));
  const slackMs = Math.min(gapMs, graceMs);
  const longestMs = Math.round(parallel ? gapMs * 1.6 : Math.min(hasLimit ? gapMs * 0.2 : slackMs / 5, HOUR));
  // If the limit reaches to the next run, an end that overtook its start may be that of the run before. If a job runs every
  // minute or two, a start that is sent again may be that of the next run.
  const isApart = (habits.background || gapMs <= 2 * MINUTE) && !habits.runIds && !parallel;
  const limitMs = Math.min(longestMs + 2 * MINUTE, isApart ? gapMs - 20 * SECOND : Infinity);
  return { graceMs, slackMs, longestMs, limitMs: hasLimit ? limitMs : null };
}

type Setup = { schedule: Schedule; gapMs: number; habits: Habits; lengths: Lengths };

function makeSettings(random: Random, { schedule, gapMs, habits, lengths }: Setup): CheckSettings {
  const { starts, parallel, hosts } = habits;
  const { graceMs, limitMs } = lengths;
  const runsEach = hosts === "both" || hosts === "nat" ? 2 : 1;
  const of = random.pick(["runs", "pings"] as const);
  const count = runsEach * (of === "pings" && starts ? 2 : 1);
  const watchesOverlap = !parallel && runsEach === 1 && random.chance(0.3);
  return {
    ...defaultSettings,
    schedule,
    graceSeconds: graceMs / SECOND,
    maxRuntimeSeconds: limitMs === null ? null : Math.ceil(limitMs / SECOND),
    overlap: watchesOverlap ? "alert" : "allow",
    tooOften:
      !parallel && hosts !== "nat" && gapMs > 180_000 && random.chance(0.3)
        ? { count, of, windowSeconds: null }
        : null,
    alertBeforeFirstPing: random.chance(0.2),
  };
}
