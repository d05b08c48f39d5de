import type { Instant } from "@overdue/schedules";
import type { Random } from "../random.ts";
import { DAY, HOUR, MINUTE, SECOND, type Faults, type Receiver, type Span } from "./history.ts";

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
