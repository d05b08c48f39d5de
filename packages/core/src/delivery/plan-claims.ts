import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { ChannelState } from "./channel-health.ts";
import { type DeliveryKind, type DeliveryState, isInformational } from "./delivery-kinds.ts";

/** What of an unfinished delivery decides whether it may be attempted now. */
export type Candidate = {
  id: string;
  /** Deliveries about one check in one channel arrive in order; null for a test, which waits for no other. */
  sequence: string | null;
  kind: DeliveryKind;
  state: DeliveryState;
  /** Its time has come, or the lease of the attempt that holds it ran out. */
  due: boolean;
  channelId: string;
  channel: ChannelState;
  /** It has waited for as long as anything is tried. */
  late: boolean;
  /** Attempts that died with their process. */
  poisonAttempts: number;
};

/**
 * "probe": claim it, and let the channel's others rest meanwhile. "rest": wait for the circuit to close. "expire": it
 * waited for a circuit for too long. "set-aside": its process died under it once too often.
 */
export type ClaimDecision =
  | "claim"
  | "probe"
  | "rest"
  | "expire"
  | "set-aside"
  | "supersede"
  | "refuse-broken"
  | "refuse-unconfirmed"
  | "leave";

/** The first attempt may die with many others, the second with few, the third is made alone: then it is at fault. */
const POISON_ATTEMPTS_MAX = 3;

/**
 * Plans what to do with each of the deliveries asked for, and with older ones that they outdate. `candidates`: all
 * unfinished deliveries of the sequences concerned, oldest first. In a sequence only the newest is worth sending: it
 * tells the state as it is, and a recovery whose down was never sent tells both. Nothing overtakes an attempt under way.
 */
export function planClaims(
  candidates: readonly Candidate[],
  asked: readonly string[],
): Map<string, ClaimDecision> {
  const decisions = new Map<string, ClaimDecision>();
  const wanted = new Set(asked);
  const sequences = Map.groupBy(candidates, ({ sequence, id }) => sequence ?? id);
  const sequenceOf = ({ sequence, id }: Candidate) => sequences.get(sequence ?? id) ?? [];
  const probed = new Set<string>();
  for (const candidate of candidates) {
    if (!wanted.has(candidate.id)) continue;
    const decision = heedCircuit(decide(candidate, sequenceOf(candidate)), candidate, probed);
    if (decision === "probe") probed.add(candidate.channelId);
    decisions.set(candidate.id, decision);
  }
  for (const older of candidates) {
    if (isOutdated(older, sequenceOf(older), decisions)) decisions.set(older.id, "supersede");
  }
  return decisions;
}

function decide(candidate: Candidate, sequence: readonly Candidate[]): ClaimDecision {
  if (!candidate.due) return "leave";
  if (candidate.channel === "deleted") return "supersede";
  if (candidate.channel === "stopped") return "refuse-broken";
  if (candidate.kind === "confirm") return candidate.channel === "unconfirmed" ? "claim" : "supersede";
  if (candidate.channel === "unconfirmed") return "refuse-unconfirmed";
  if (candidate.channel === "broken" && candidate.kind !== "test") return "refuse-broken";
  const at = sequence.indexOf(candidate);
  if (sequence.slice(0, at).some(isUnderWay)) return "leave";
  if (at < sequence.length - 1) return "supersede";
  return candidate.state === "sending" && candidate.poisonAttempts + 1 >= POISON_ATTEMPTS_MAX
    ? "set-aside"
    : "claim";
}

/** A delivery that may be claimed still waits for its channel's circuit. A test is a person's own try, and passes. */
function heedCircuit(
  decision: ClaimDecision,
  candidate: Candidate,
  probed: ReadonlySet<string>,
): ClaimDecision {
  if (decision !== "claim" || candidate.kind === "test") return decision;
  if (candidate.channel === "probing" && !probed.has(candidate.channelId) && !isInformational(candidate.kind))
    return "probe";
  if (candidate.channel !== "probing" && candidate.channel !== "resting") return decision;
  return candidate.late ? "expire" : "rest";
}

function isOutdated(
  older: Candidate,
  sequence: readonly Candidate[],
  decisions: ReadonlyMap<string, ClaimDecision>,
): boolean {
  if (isUnderWay(older) || isClaimed(older, decisions)) return false;
  return sequence.slice(sequence.indexOf(older) + 1).some((newer) => isClaimed(newer, decisions));
}

function isClaimed({ id }: Candidate, decisions: ReadonlyMap<string, ClaimDecision>): boolean {
  const decision = decisions.get(id);
  return decision === "claim" || decision === "probe";
}

function isUnderWay(candidate: Candidate): boolean {
  return candidate.state === "sending" && !candidate.due;
}

const SET_ASIDE_MS = HOUR_MS;
/** An alert is worth trying for a day, a line about a run for an hour. */
const LATE_MS = 24 * HOUR_MS;
const LATE_INFORMATIONAL_MS = HOUR_MS;

export function isLate({ kind, ageMs }: { kind: DeliveryKind; ageMs: number }): boolean {
  return ageMs > (isInformational(kind) ? LATE_INFORMATIONAL_MS : LATE_MS);
}

/** The rest of a channel, as `planClaims` found it. */
export type Rest = { circuitStep: number; circuitUntil: Instant | null };

/** When a delivery that must wait is due again. `decision`: "rest" or "set-aside". */
export function postponedUntil(
  decision: "rest" | "set-aside",
  { kind, rest, now }: { kind: DeliveryKind; rest: Rest; now: Instant },
): Instant {
  if (decision === "set-aside") return now + SET_ASIDE_MS;
  const until = rest.circuitUntil ?? now;
  if (isInformational(kind)) return Math.max(until, now + 5 * MINUTE_MS);
  // A limit of the provider ends for all at one time: those of one time go in the order in which they were written.
  return rest.circuitStep === 0 ? until : Math.max(until, now + 3 * SECOND_MS);
}

/** An unfinished delivery that says whether a check is up or down in a channel. */
export type StateDelivery = {
  id: string;
  checkId: string;
  channelId: string;
  /** Of its flip; 0: it has none. Within one deadline the id, which grows with time, decides. */
  deadlineSeq: number;
  /** It is due, was never attempted, and no attempt is under way. */
  isUntried: boolean;
};

/**
 * Decides which deliveries are superseded where a channel groups: in each check's sequence the newest alone is worth
 * sending. What was attempted stays, since it may have arrived, and so do those `claimed` just now.
 */
export function supersededDeliveries(
  deliveries: readonly StateDelivery[],
  claimed: readonly string[],
): string[] {
  const kept = new Set(claimed);
  const sequences = Map.groupBy(deliveries, ({ checkId, channelId }) => `${checkId} ${channelId}`);
  return [...sequences.values()].flatMap((sequence) => {
    const newest = sequence.reduce((one, other) => (isNewer(other, one) ? other : one));
    const older = sequence.filter((one) => one !== newest);
    return older.filter(({ id, isUntried }) => isUntried && !kept.has(id)).map(({ id }) => id);
  });
}

function isNewer(one: StateDelivery, other: StateDelivery): boolean {
  return one.deadlineSeq === other.deadlineSeq ? one.id > other.id : one.deadlineSeq > other.deadlineSeq;
}

/** A member of a group, at the time when the group's message is about to be sent. */
export type GroupMember = {
  kind: DeliveryKind;
  writtenAt: number;
  /** When the newest delivery about the state of its check in its channel was written; null: there is none. */
  newestStateAt: number | null;
  isCheckDeleted: boolean;
};

const STATE_KINDS: readonly DeliveryKind[] = ["down", "up", "reminder"];

/** Whether a member is out of date: its check was reported again since. Runs and notices stay true. */
export function isMemberOutdated({ kind, writtenAt, newestStateAt }: GroupMember): boolean {
  return STATE_KINDS.includes(kind) && newestStateAt !== null && newestStateAt > writtenAt;
}

/** Whether the message of a group reports this member. */
export function isMemberReported(member: GroupMember): boolean {
  return !member.isCheckDeleted && !isMemberOutdated(member);
}
