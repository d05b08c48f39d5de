import { type DeliveryKind, type DeliveryState, isQuietKind } from "./delivery-row.ts";

/** What of an unfinished delivery decides whether it may be attempted now. */
export type Candidate = {
  id: string;
  /** Check and channel; null for a test, which waits for nobody. */
  lane: string | null;
  kind: DeliveryKind;
  state: DeliveryState;
  /** Its time has come, or the lease of the attempt that holds it ran out. */
  due: boolean;
  channelId: string;
  /**
   * "stopped": its reader wants no more. "unconfirmed": nobody has agreed to its address. "resting": its circuit is open. "probing": it was open, and one attempt may find out whether it still
   * must be.
   */
  channel: "working" | "stopped" | "unconfirmed" | "broken" | "deleted" | "resting" | "probing";
  /** It has waited for as long as anything is tried. */
  late: boolean;
  /** Attempts that died with their process. */
  crashes: number;
};

/**
 * "probe": claim it, and let the channel's others rest meanwhile. "rest": wait for the circuit to close. "expire": it
 * waited for a circuit for too long. "set-aside": its process died under it once too often.
 */
export type Decision =
  | "claim"
  | "probe"
  | "rest"
  | "expire"
  | "set-aside"
  | "supersede"
  | "refuse-broken"
  | "refuse-unconfirmed"
  | "leave";

/** Once among many, once among few, once alone: the third is its own doing. */
const CRASHES_MAX = 3;

/**
 * What to do with each of the deliveries asked for, and with older ones that they outdate. `candidates`: all unfinished
 * deliveries of the lanes concerned, oldest first. In a lane only the newest is worth sending: it tells the state as it
 * is, and a recovery whose down was never sent tells both. Nothing overtakes an attempt that is under way.
 */
export function decideClaims(
  candidates: readonly Candidate[],
  asked: readonly string[],
): Map<string, Decision> {
  const decisions = new Map<string, Decision>();
  const wanted = new Set(asked);
  const lanes = Map.groupBy(candidates, ({ lane, id }) => lane ?? id);
  const laneOf = ({ lane, id }: Candidate) => lanes.get(lane ?? id) ?? [];
  const probed = new Set<string>();
  for (const candidate of candidates) {
    if (!wanted.has(candidate.id)) continue;
    const decision = atTheDoor(decide(candidate, laneOf(candidate)), candidate, probed);
    if (decision === "probe") probed.add(candidate.channelId);
    decisions.set(candidate.id, decision);
  }
  for (const older of candidates) {
    if (isOutdated(older, laneOf(older), decisions)) decisions.set(older.id, "supersede");
  }
  return decisions;
}

function decide(candidate: Candidate, lane: readonly Candidate[]): Decision {
  if (!candidate.due) return "leave";
  if (candidate.channel === "deleted") return "supersede";
  if (candidate.channel === "stopped") return "refuse-broken";
  if (candidate.kind === "confirm") return candidate.channel === "unconfirmed" ? "claim" : "supersede";
  if (candidate.channel === "unconfirmed") return "refuse-unconfirmed";
  if (candidate.channel === "broken" && candidate.kind !== "test") return "refuse-broken";
  const at = lane.indexOf(candidate);
  if (lane.slice(0, at).some(isUnderWay)) return "leave";
  if (at < lane.length - 1) return "supersede";
  return candidate.state === "sending" && candidate.crashes + 1 >= CRASHES_MAX ? "set-aside" : "claim";
}

/** What may be claimed still has to ask its channel's circuit. A test is a person's own try, and passes. */
function atTheDoor(decision: Decision, candidate: Candidate, probed: ReadonlySet<string>): Decision {
  if (decision !== "claim" || candidate.kind === "test") return decision;
  if (candidate.channel === "probing" && !probed.has(candidate.channelId) && !isQuietKind(candidate.kind))
    return "probe";
  if (candidate.channel !== "probing" && candidate.channel !== "resting") return decision;
  return candidate.late ? "expire" : "rest";
}

function isOutdated(
  older: Candidate,
  lane: readonly Candidate[],
  decisions: ReadonlyMap<string, Decision>,
): boolean {
  if (isUnderWay(older) || isClaimed(older, decisions)) return false;
  return lane.slice(lane.indexOf(older) + 1).some((newer) => isClaimed(newer, decisions));
}

function isClaimed({ id }: Candidate, decisions: ReadonlyMap<string, Decision>): boolean {
  const decision = decisions.get(id);
  return decision === "claim" || decision === "probe";
}

function isUnderWay(candidate: Candidate): boolean {
  return candidate.state === "sending" && !candidate.due;
}
