import { type Instant, nextAfter } from "@overdue/schedules";
import { type CheckSettings } from "@overdue/core";
import { randomFrom, type Random } from "../random.ts";
import { makeFaults, receive } from "./faults.ts";
import { DAY, type Entry, type History, SECOND, type Sending, sortEntries } from "./history.ts";
import { type Job, makeJob, sendPings } from "./job.ts";
import { makeActs, makeMaintenance } from "./people.ts";
import { makeSettings } from "./settings.ts";

/** The history of one check, made of its seed and its number alone. */
export function makeHistory({ seed, days }: { seed: number; days: number }, number: number): History {
  const random = (part: string) => randomFrom(`${seed}/${number}/${part}`);
  const begin = beginning(random("calendar"));
  const end = begin + days * DAY;
  const works = makeMaintenance(random("works"), { begin, end });
  const maintenance = works.windows.length > 0 && { maintenance: works.windows };
  const settings = { ...makeSettings(random("settings")), ...maintenance };
  const faults = makeFaults(random("faults"), { begin, end });
  const job = makeJob(random("job"), settings, random("queue"));
  const sendings = makeSendings(job, { begin, end });
  const acts = makeActs(random("people"), { begin, end, settings }, faults.outages);
  const entries = [...receive(random("network"), sendings, faults), ...acts, ...works.acts]
    .filter((entry) => entry.committedAt < end)
    .toSorted((a, b) => a.committedAt - b.committedAt);
  const history = { id: `${seed}/${number}`, begin, end, settings, faults, entries: distinct(entries) };
  return random("order").chance(0.5) ? sortEntries(history) : history;
}

/** Half of the worlds begin a few days before a clock change somewhere. */
function beginning(random: Random): Instant {
  const newYear = Date.UTC(2026, 0, 1);
  const changes = [Date.UTC(2026, 2, 6), Date.UTC(2026, 2, 27), Date.UTC(2026, 9, 23), Date.UTC(2026, 9, 30)];
  const day = random.chance(0.5) ? random.pick(changes) : newYear + random.whole(0, 600) * DAY;
  return day + random.whole(0, DAY / SECOND) * SECOND;
}

// Nobody pings what is not there yet, however wrong a receiver's clock is.
const MADE_BEFORE_MS = 2 * SECOND;

type Life = { begin: Instant; end: Instant };

function makeSendings(job: Job, { begin, end }: Life): Sending[] {
  const sendings: Sending[] = [];
  for (const slot of slots(job.random, job.settings, { begin, end }))
    for (const sent of sendPings(job, slot)) if (sent.at >= begin + MADE_BEFORE_MS) sendings.push(sent);
  return sendings;
}

/** When the job's own scheduler fires: as the check expects it, except for an interval's phase. */
function* slots(random: Random, { schedule }: CheckSettings, { begin, end }: Life): Generator<Instant> {
  const phaseMs = schedule.kind === "interval" ? random.whole(0, schedule.everySeconds * SECOND) : 0;
  let slot = nextAfter(schedule, begin - phaseMs);
  for (; slot !== null && slot < end; slot = nextAfter(schedule, slot)) yield slot;
}

/** Two commits of one check are never at one instant: the second waits for the first one's lock. */
function distinct(entries: readonly Entry[]): Entry[] {
  let last = Number.NEGATIVE_INFINITY;
  return entries.map((entry) => {
    last = Math.max(entry.committedAt, last + 1);
    return { ...entry, committedAt: last };
  });
}
