import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from "@overdue/schedules";
import type { ChannelState } from "./channel-health.ts";
import { type DeliveryKind, type DeliveryState, isInformational } from "./delivery-kinds.ts";

/** The facts of an unfinished delivery that decide whether it may be attempted now. */
export type Candidate = {
  id: string;
  /** Deliveries with the same sequence (one check in one channel) arrive in order; null for a test, which waits for none. */
  sequence: string | null;
  kind: DeliveryKind;
  state: DeliveryState;
  /** Its time has come, or the lease of the attempt that holds it has expired. */
  due: boolean;
  channelId: string;
  channel: ChannelState;
  /** It is so old that it is given up if it has to wait further. */
  late: boolean;
  /** Attempts whose process died. */
  poisonAttempts: number;
};

/**
 * "probe": claim it, and let the channel's other deliveries wait meanwhile. "postpone": wait for the circuit to close.
 * "expire": it waited for a circuit for too long. "set-aside": too many processes died while they sent it.
 */
export type ClaimDecision =
  | "claim"
  | "probe"
  | "postpone"
  | "expire"
  | "set-aside"
  | "supersede"
  | "refuse-broken"
  | "refuse-unconfirmed"
  | "leave";

/** The first attempt may die together with many others, the second with few. The third is alone, so its message is at fault. */
const POISON_ATTEMPTS_MAX = 3;

/**
 * Plans what to do with each of the deliveries asked for, and with older ones that they outdate. `candidates`: all
 * unfinished deliveries of their sequences, oldest first. In a sequence only the newest is worth sending: it reports the
 * present state, and a recovery whose down was never sent reports both. No delivery overtakes an attempt that is under way.
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
    const decision = applyCircuit(decide(candidate, sequenceOf(candidate)), candidate, probed);
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

/** Makes a claimable delivery wait for its channel's circuit. A test does not wait: a person wants its result now. */
function applyCircuit(
  decision: ClaimDecision,
  candidate: Candidate,
  probed: ReadonlySet<string>,
): ClaimDecision {
  if (decision !== "claim" || candidate.kind === "test") return decision;
  if (candidate.channel === "probing" && !probed.has(candidate.channelId) && !isInformational(candidate.kind))
    return "probe";
  if (candidate.channel !== "probing" && candidate.channel !== "resting") return decision;
  return candidate.late ? "expire" : "postpone";
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
/** An alert is retried for a day, a message about a run for an hour. */
const LATE_MS = 24 * HOUR_MS;
const LATE_INFORMATIONAL_MS = HOUR_MS;

export function isLate({ kind, ageMs }: { kind: DeliveryKind; ageMs: number }): boolean {
  return ageMs > (isInformational(kind) ? LATE_INFORMATIONAL_MS : LATE_MS);
}

/** How long a channel waits, as stored with it. */
export type CircuitState = { circuitStep: number; circuitUntil: Instant | null };

/** When a delivery that must wait is due again. `decision`: "postpone" or "set-aside". */
export function postponedUntil(
  decision: "postpone" | "set-aside",
  { kind, circuit, now }: { kind: DeliveryKind; circuit: CircuitState; now: Instant },
): Instant {
  if (decision === "set-aside") return now + SET_ASIDE_MS;
  const until = circuit.circuitUntil ?? now;
  if (isInformational(kind)) return Math.max(until, now + 5 * MINUTE_MS);
  // A provider's limit ends for all its deliveries at once: with the same due time they go in the order of writing.
  return circuit.circuitStep === 0 ? until : Math.max(until, now + 3 * SECOND_MS);
}

/** An unfinished delivery that says whether a check is up or down in a channel. */
export type StateDelivery = {
  id: string;
  checkId: string;
  channelId: string;
  /** The `deadlineSeq` of its flip; 0 without one. Among equal ones the id decides, which grows with time. */
  deadlineSeq: number;
  /** It is due, was never attempted, and no attempt is under way. */
  isUntried: boolean;
};

/**
 * Decides which deliveries of a channel with grouping are superseded: of each check only the newest is worth sending.
 * Attempted ones stay, since they may have arrived, and so do those `claimed` just now. @returns their ids.
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

/** An alert of a group, just before the group's message is sent. */
export type GroupMember = {
  kind: DeliveryKind;
  writtenAt: number;
  /** When the channel's newest delivery about the state of its check was written; null: there is none. */
  newestStateAt: number | null;
  isCheckDeleted: boolean;
};

const STATE_KINDS: readonly DeliveryKind[] = ["down", "up", "reminder"];

/** Whether an alert is out of date: its check was reported again since. Runs and notices stay true. */
export function isMemberOutdated({ kind, writtenAt, newestStateAt }: GroupMember): boolean {
  return STATE_KINDS.includes(kind) && newestStateAt !== null && newestStateAt > writtenAt;
}

/** Whether the message of a group reports this alert. */
export function isMemberReported(alert: GroupMember): boolean {
  return !alert.isCheckDeleted && !isMemberOutdated(alert);
}
