import { everyMs, type Instant, nextAfter, windowMs } from "@overdue/schedules";
import type { CheckSettings, MaintenanceRule, MaintenanceWindow } from "@overdue/core";
import { randomFrom, type Random } from "../random.ts";
import {
  DAY,
  type Entry,
  type History,
  SECOND,
  type Sending,
  sortEntries,
  type Faults,
  HOUR,
  MINUTE,
  type Receiver,
  SLOW_COMMIT_MS,
  type Span,
  spanAt,
} from "./history.ts";
import { type Job, makeJob, sendPings } from "./job.ts";
import { makeSettings, withScheduler } from "./settings.ts";

/** The history of one check, which depends on its seed, the days and its number alone. */
export function makeHistory({ seed, days }: { seed: number; days: number }, number: number): History {
  const random = (part: string) => randomFrom(`${seed}/${number}/${part}`);
  const begin = drawBegin(random("calendar"));
  const end = begin + days * DAY;
  const maintenance = makeMaintenance(random("works"), { begin, end });
  const settings = {
    ...withScheduler(random("scheduler"), makeSettings(random("settings"))),
    ...(maintenance.windows.length > 0 && { maintenance: maintenance.windows }),
  };
  const faults = makeFaults(random("faults"), { begin, end });
  const job = makeJob(random("job"), settings, random("queue"));
  const placeOf = makePlaces(random("place"), settings);
  const sendings = makeSendings(job, { begin, end, placeOf });
  const acts = makeActs(random("people"), { begin, end, settings }, faults.outages);
  const entries = [...receive(random("network"), sendings, faults), ...acts, ...maintenance.acts]
    .filter((entry) => entry.committedAt < end)
    .toSorted((a, b) => a.committedAt - b.committedAt);
  const history = { id: `${seed}/${number}`, begin, end, settings, faults, entries: spaceCommits(entries) };
  return random("order").chance(0.5) ? sortEntries(history) : history;
}

/** When a history begins: half of them begin a few days before a clock change somewhere. */
function drawBegin(random: Random): Instant {
  const newYear = Date.UTC(2026, 0, 1);
  const changes = [Date.UTC(2026, 2, 6), Date.UTC(2026, 2, 27), Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 30)];
  const day = random.chance(0.5) ? random.pick(changes) : newYear + random.whole(0, 600) * DAY;
  return day + random.whole(0, DAY / SECOND) * SECOND;
}

/** No ping is stamped before its check was created, however wrong a receiver's clock is. */
const MADE_BEFORE_MS = 2 * SECOND;

type Life = { begin: Instant; end: Instant };

function makeSendings(job: Job, { begin, end, placeOf }: Life & { placeOf: PlaceInWindow }): Sending[] {
  const sendings: Sending[] = [];
  for (const slot of slots(job.random, job.settings, { begin, end }))
    for (const sent of sendPings(job, slot + placeOf(slot)))
      if (sent.at >= begin + MADE_BEFORE_MS) sendings.push(sent);
  return sendings;
}

/** How long after the begin of its window the scheduler starts the run; 0 where it draws no times. */
type PlaceInWindow = (slot: Instant) => number;

/** Draws the place once, and a new one now and then. */
function makePlaces(random: Random, { schedule }: CheckSettings): PlaceInWindow {
  let share = random.unit();
  return (slot) => {
    const whole = windowMs(schedule, slot);
    if (whole > 0 && random.chance(0.05)) share = random.unit();
    return Math.floor((share * whole) / MINUTE) * MINUTE;
  };
}

/** When the job's own scheduler starts it: as the check expects, except for an interval's phase. */
function* slots(random: Random, { schedule }: CheckSettings, { begin, end }: Life): Generator<Instant> {
  const intervalMs = everyMs(schedule);
  const phaseMs = intervalMs === null ? 0 : random.whole(0, intervalMs);
  let slot = nextAfter(schedule, begin - phaseMs);
  for (; slot !== null && slot < end; slot = nextAfter(schedule, slot)) yield slot;
}

/** Moves commits apart: two of one check are never at one instant, because the second waits for the lock of the first. */
function spaceCommits(entries: readonly Entry[]): Entry[] {
  let last = Number.NEGATIVE_INFINITY;
  return entries.map((entry) => {
    last = Math.max(entry.committedAt, last + 1);
    return { ...entry, committedAt: last };
  });
}

/** A few faults from `begin` to `end`; half of the histories have none of a kind. */
function makeFaults(random: Random, { begin, end }: Life): Faults {
  const spans = (perDay: number, length: () => number) => spread(random, { begin, end, perDay, length });
  const outages = random.chance(0.5)
    ? []
    : spans(0.15, () => random.pick([6 * SECOND, MINUTE, 16 * MINUTE, HOUR, 7 * HOUR]));
  return {
    outages,
    receivers: makeReceivers(
      random,
      (perDay) => spans(perDay, () => random.whole(SECOND, 20 * SECOND)),
      outages,
    ),
    checkerPauses: random.chance(0.5) ? [] : spans(0.1, () => random.pick([MINUTE, HOUR, HOUR, 9 * HOUR])),
    slowCommits: random.pick([0, 0, 0, 0.1, 0.4]),
  };
}

function makeReceivers(
  random: Random,
  stalls: (perDay: number) => Span[],
  outages: readonly Span[],
): Receiver[] {
  return Array.from({ length: random.pick([1, 2, 2, 3]) }, () => ({
    skewMs: random.chance(0.5) ? 0 : random.whole(-SECOND, SECOND),
    stalls: random.chance(0.5)
      ? []
      : stalls(2).filter((stall) => !outages.some((outage) => near(stall, outage))),
  }));
}

/** Whether a stall would run into an outage and lose what it accepted. Such pings were never acknowledged. */
function near(stall: Span, outage: Span): boolean {
  return stall.from < outage.until + MINUTE && outage.from < stall.until + MINUTE;
}

type Spread = { begin: Instant; end: Instant; perDay: number; length: () => number };

function spread(random: Random, { begin, end, perDay, length }: Spread): Span[] {
  const spans: Span[] = [];
  const gap = () => Math.round(-Math.log(1 - random.unit()) * (DAY / perDay)) + 10 * SECOND;
  for (let from = begin + gap(); from < end;) {
    const until = from + length();
    spans.push({ from, until });
    from = until + gap();
  }
  return spans;
}

/** The pings that reached the database, stamped when a receiver accepted them, committed when it could. */
function receive(random: Random, sendings: readonly Sending[], faults: Faults): Entry[] {
  return sendings.flatMap((sending, order) => {
    const at = arrival(random, sending.at, faults);
    if (at === null) return [];
    const receiver = random.pick(faults.receivers);
    const committedAt = commit(receiver, at) + random.whole(0, lagMs(random, at, faults));
    const ping = { ...sending, at: at + receiver.skewMs, id: `p${order}` };
    return [{ committedAt, event: { kind: "ping", ping } }];
  });
}

/**
 * When a ping arrives; null: never. During an outage a client gives up at once or after ten minutes, or its ping arrives once
 * the outage is over.
 */
function arrival(random: Random, sentAt: Instant, faults: Faults): Instant | null {
  const outage = spanAt(faults.outages, sentAt);
  if (outage === undefined) return sentAt;
  const givesUp = random.chance(0.5) || outage.until - sentAt > 10 * MINUTE;
  return givesUp ? null : outage.until + random.pick([1, 2 * SECOND, MINUTE]);
}

/** A ping that was not committed when an outage began was never acknowledged, so commits just before outages are quick. */
function lagMs(random: Random, at: Instant, { slowCommits, outages }: Faults): number {
  const isSlow = random.chance(slowCommits) && spanAt(outages, at + 2 * SLOW_COMMIT_MS) === undefined;
  return isSlow ? SLOW_COMMIT_MS : 20;
}

function commit(receiver: Receiver, at: Instant): Instant {
  return spanAt(receiver.stalls, at)?.until ?? at + 1;
}

type CheckLife = { begin: Instant; end: Instant; settings: CheckSettings };

/** What people do to the check. Most checks are set up once and left alone. */
function makeActs(random: Random, life: CheckLife, outages: readonly Span[]): Entry[] {
  const { begin, end, settings } = life;
  // People look during outages, and the page may work while no receiver does.
  const acts = outages
    .filter(() => random.chance(0.1))
    .flatMap(({ from, until }) => act(random, random.whole(from + 1, until - 1), settings));
  if (random.chance(0.6)) return acts;
  for (let at = begin + random.whole(0, 5 * DAY); at < end; at += random.whole(1, 10 * DAY))
    acts.push(...act(random, at, settings));
  return acts.toSorted((a, b) => a.committedAt - b.committedAt);
}

function act(random: Random, at: Instant, settings: CheckSettings): Entry[] {
  const does = random.pick(["edit", "tweak", "pause", "pause", "resume"] as const);
  if (does === "edit" && random.chance(0.3)) return [edit(at, makeSettings(random))];
  if (does === "edit" || does === "tweak")
    return [edit(at, { ...settings, graceSeconds: random.pick([60, 900, 86_400]) })];
  if (does === "resume") return [actEntry({ kind: "resume", at })];
  const back = at + random.whole(1, random.pick([HOUR, 2 * DAY]));
  return [
    actEntry({ kind: "pause", at }),
    ...(random.chance(0.7) ? [actEntry({ kind: "resume", at: back })] : []),
  ];
}

function edit(at: Instant, settings: CheckSettings): Entry {
  return actEntry({ kind: "edit", at, settings });
}

function actEntry(event: Extract<Entry["event"], { at: Instant }>): Entry {
  return { committedAt: event.at, event };
}

/** The maintenance windows that exist from the beginning, and how people plan, start, stop and delete others. */
type PlannedMaintenance = { windows: readonly MaintenanceWindow[]; acts: Entry[] };

/** Most checks have no maintenance. */
function makeMaintenance(random: Random, { begin, end }: Life): PlannedMaintenance {
  if (random.chance(0.75)) return { windows: [], acts: [] };
  const first = random.chance(0.5) ? [windowBy(recurring(random))] : [];
  const acts: Entry[] = [];
  let windows = first;
  for (let at = begin + random.whole(0, 4 * DAY); at < end; at += random.whole(1, 6 * DAY)) {
    windows = random.pick([plan, startNow, startNow, remove])(random, windows, at);
    acts.push(windowsEntry(at, windows));
    const stopAt = at + random.whole(1, 4 * HOUR);
    if (!random.chance(0.4) || stopAt >= end) continue;
    windows = windows.map((window) => ({ ...window, stoppedAt: stopAt }));
    acts.push(windowsEntry(stopAt, windows));
    at = stopAt;
  }
  return { windows: first, acts };
}

type Act = (random: Random, windows: MaintenanceWindow[], at: Instant) => MaintenanceWindow[];

const plan: Act = (random, windows, at) => {
  if (random.chance(0.5)) return [...windows.slice(-1), windowBy(recurring(random))];
  const from = at + random.whole(0, DAY);
  return [...windows, windowBy({ kind: "once", from, until: from + lengthMs(random) })];
};
const startNow: Act = (random, windows, at) => [
  ...windows,
  windowBy({ kind: "once", from: at, until: at + lengthMs(random) }),
];
const remove: Act = (random, windows) => windows.filter(() => random.chance(0.3));

function recurring(random: Random): Exclude<MaintenanceRule, { kind: "once" }> {
  const timezone = random.pick(["UTC", "Europe/Riga", "America/New_York", "Asia/Kolkata"]);
  const minutes = random.pick([10, 60, 150]);
  if (random.chance(0.5))
    return {
      kind: "cron",
      expression: random.pick(["0 2 * * *", "45 1 * * MON-FRI", "0 */8 * * *"]),
      minutes,
      timezone,
    };
  const weekdays = random.pick([[1, 2, 3, 4, 5, 6, 7], [7], [1, 3]]);
  return { kind: "weekly", weekdays, time: random.pick(["02:00", "03:55", "23:30"]), minutes, timezone };
}

function lengthMs(random: Random): number {
  return random.pick([10 * MINUTE, HOUR, 3 * HOUR, 26 * HOUR]);
}

function windowBy(rule: MaintenanceRule): MaintenanceWindow {
  return { rule, stoppedAt: null };
}

function windowsEntry(at: Instant, windows: readonly MaintenanceWindow[]): Entry {
  return { committedAt: at, event: { kind: "maintenance", at, windows } };
}
