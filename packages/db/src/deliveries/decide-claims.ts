import type { DeliveryKind, DeliveryState } from "./delivery-row.ts";

/** What of an unfinished delivery decides whether it may be attempted now. */
export type Candidate = {
  id: string;
  /** Check and channel; null for a test, which waits for nobody. */
  lane: string | null;
  kind: DeliveryKind;
  state: DeliveryState;
  /** Its time has come, or the lease of the attempt that holds it ran out. */
  due: boolean;
  channel: "working" | "broken" | "deleted";
};

export type Decision = "claim" | "supersede" | "refuse-broken" | "leave";

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
  for (const candidate of candidates) {
    if (asked.includes(candidate.id)) decisions.set(candidate.id, decide(candidate, candidates));
  }
  for (const older of candidates) {
    if (isOutdated(older, candidates, decisions)) decisions.set(older.id, "supersede");
  }
  return decisions;
}

function decide(candidate: Candidate, candidates: readonly Candidate[]): Decision {
  if (!candidate.due) return "leave";
  if (candidate.channel === "deleted") return "supersede";
  if (candidate.channel === "broken" && candidate.kind !== "test") return "refuse-broken";
  const lane = laneOf(candidate, candidates);
  const at = lane.indexOf(candidate);
  if (lane.slice(0, at).some(isUnderWay)) return "leave";
  return at === lane.length - 1 ? "claim" : "supersede";
}

function isOutdated(
  older: Candidate,
  candidates: readonly Candidate[],
  decisions: ReadonlyMap<string, Decision>,
): boolean {
  if (isUnderWay(older) || decisions.get(older.id) === "claim") return false;
  const lane = laneOf(older, candidates);
  return lane.slice(lane.indexOf(older) + 1).some((newer) => decisions.get(newer.id) === "claim");
}

function laneOf(candidate: Candidate, candidates: readonly Candidate[]): readonly Candidate[] {
  return candidate.lane === null ? [candidate] : candidates.filter(({ lane }) => lane === candidate.lane);
}

function isUnderWay(candidate: Candidate): boolean {
  return candidate.state === "sending" && !candidate.due;
}
