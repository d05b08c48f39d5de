import { GRACE_SECONDS, type Job, RUN_SECONDS_MAX } from "./jobs.ts";
import type { Episode, Ledger } from "./ledger.ts";

/** How often the same message was taken more than once. */
export type Repeats = {
  deliveries: number;
  /** Repeated though each call before it was answered. */
  repeated: number;
  /** Repeated because the provider's answer was lost. */
  afterLostAnswer: number;
};

/** Counts messages by what they say: two deliveries with one incident and type are a repetition too. */
export function countRepeats({ calls }: Ledger): Repeats {
  const taken = calls.filter(({ outcome, incidentId }) => outcome !== "refused" && incidentId !== "");
  const messages = Map.groupBy(taken, ({ hook, incidentId, type }) => `${hook} ${incidentId} ${type}`);
  const repeats: Repeats = { deliveries: messages.size, repeated: 0, afterLostAnswer: 0 };
  for (const copies of messages.values()) {
    const lost = copies.slice(0, -1).filter(({ outcome }) => outcome === "lost").length;
    repeats.afterLostAnswer += lost;
    repeats.repeated += copies.length - 1 - lost;
  }
  return repeats;
}

/** Milliseconds, sorted. */
export type Times = readonly number[];

/** By kind of fault: how long after the end of its cause the first ping sent since was acknowledged. */
export function recoveryTimes({ faults, pings }: Ledger): Map<string, Times> {
  const acked = pings
    .flatMap(({ sentAt, ackedAt }) => (ackedAt === null ? [] : [{ sentAt, ackedAt }]))
    .toSorted((one, other) => one.sentAt - other.sentAt);
  const byName = Map.groupBy(faults, ({ name }) => name);
  const timesOf = (until: number) => {
    const later = acked.slice(firstFrom(acked, until), firstFrom(acked, until) + 500);
    return later.length === 0 ? [] : [Math.min(...later.map(({ ackedAt }) => ackedAt)) - until];
  };
  return new Map(
    [...byName].map(([name, all]) => [
      name,
      all.flatMap(({ until }) => timesOf(until)).toSorted((a, b) => a - b),
    ]),
  );
}

function firstFrom(sorted: readonly { sentAt: number }[], at: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.sentAt ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From the instant at which a problem had to be noticed until the provider took its alert. */
export function alertTimes({ episodes, calls }: Ledger, jobs: readonly Job[]): Times {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const times = episodes.flatMap((episode) => {
    const job = byId.get(episode.job);
    const notified = calls.find(
      ({ checkId, type, outcome, at }) =>
        checkId === job?.checkId && type === "check.down" && outcome !== "refused" && at > episode.from,
    );
    return job === undefined || notified === undefined
      ? []
      : [notified.at - episode.from - allowedMs(job, episode)];
  });
  return times.map((ms) => Math.max(0, ms)).toSorted((a, b) => a - b);
}

function allowedMs({ periodMs }: Job, { kind }: Episode): number {
  if (kind === "fail") return 0;
  return kind === "overrun"
    ? RUN_SECONDS_MAX * 1_000
    : Math.ceil(periodMs / 1_000) * 1_000 + GRACE_SECONDS * 1_000;
}

/** The value below which this share of the sorted times lies; NaN where there are none. */
export function quantile(sorted: Times, share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
