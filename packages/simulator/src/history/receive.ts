import type { Instant } from "@overdue/schedules";
import type { Random } from "../random.ts";
import {
  MINUTE,
  SECOND,
  SLOW_COMMIT_MS,
  spanAt,
  type Entry,
  type Faults,
  type Receiver,
  type Sending,
} from "./history.ts";

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
