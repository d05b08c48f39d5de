import type { Instant } from "@overdue/schedules";
import type { Random } from "../random.ts";
import {
  DAY,
  type Entry,
  type Faults,
  HOUR,
  MINUTE,
  type Receiver,
  SECOND,
  type Sending,
  SLOW_COMMIT_MS,
  type Span,
  spanAt,
} from "./history.ts";

/** A few faults over the days from `begin` to `end`; half of the worlds have none of a kind. */
export function makeFaults(random: Random, { begin, end }: { begin: Instant; end: Instant }): Faults {
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

/** A stall that runs into an outage would lose what it accepted: such a ping was never acknowledged. */
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

/** The pings that reached the database: stamped by a receiver when accepted, committed when it could. */
export function receive(random: Random, sendings: readonly Sending[], faults: Faults): Entry[] {
  return sendings.flatMap((sending, order) => {
    const at = arrival(random, sending.at, faults);
    if (at === null) return [];
    const receiver = random.pick(faults.receivers);
    const committedAt = commit(receiver, at) + random.whole(0, lagMs(random, at, faults));
    const ping = { ...sending, at: at + receiver.skewMs, id: `p${order}` };
    return [{ committedAt, event: { kind: "ping", ping } }];
  });
}

/** Nobody listens during an outage: a client gives up at once or after minutes, unless somebody does by then. */
function arrival(random: Random, sentAt: Instant, faults: Faults): Instant | null {
  const outage = spanAt(faults.outages, sentAt);
  if (outage === undefined) return sentAt;
  const givesUp = random.chance(0.5) || outage.until - sentAt > 10 * MINUTE;
  return givesUp ? null : outage.until + random.pick([1, 2 * SECOND, MINUTE]);
}

/** What was accepted but not committed when an outage began was never acknowledged; so none is slow then. */
function lagMs(random: Random, at: Instant, { slowCommits, outages }: Faults): number {
  const isSlow = random.chance(slowCommits) && spanAt(outages, at + 2 * SLOW_COMMIT_MS) === undefined;
  return isSlow ? SLOW_COMMIT_MS : 20;
}

function commit(receiver: Receiver, at: Instant): Instant {
  return spanAt(receiver.stalls, at)?.until ?? at + 1;
}
