/** What a receiver's answers tell about how many messages it may be sent at once. */
export type ReceiverSpeed = {
  /** How long the newest answers took, in milliseconds. */
  answersMs: readonly number[];
  /** For how long it has been silent for certain, in milliseconds. */
  silentMs: number;
};

/** So many of the newest answers are looked at. */
export const ANSWERS_KEPT = 8;
/** Whether a receiver is silent is looked at this often, in milliseconds. */
export const SILENCE_STEP_MS = 25;

/** As many messages are on their way to a receiver as it takes to send it this many each second. */
const PER_SECOND = 1_000;
/** To a receiver that answers within this time one message goes after the other, unless more than `MANY_WAITING` wait. */
const QUICK_MS = 25;
const MANY_WAITING = 1_500;
const AT_ONCE_FOR_MANY = 4;
/** How slow a receiver is, is not known before this many slow answers. */
const ANSWERS_MIN = 3;
const AT_ONCE_UNKNOWN = 2;
/** A receiver that was silent for so long is slow, whatever it answered. */
const SILENCE_MS = 75;

/**
 * Decides how many messages may be on their way to one receiver at once: as few as keep its queue moving. A receiver
 * that answers within a moment gets one after the other, so that a crash repeats one message at most; one that takes
 * 200 ms gets up to 200 at once. `most`: what its provider takes.
 */
export function concurrencyFor(
  speed: ReceiverSpeed,
  { most, waiting }: { most: number; waiting: number },
): number {
  const fewest = waiting > MANY_WAITING ? AT_ONCE_FOR_MANY : 1;
  const usual = usualMs(speed);
  const wanted = Math.max(isQuick(speed) ? fewest : keepingUp(usual), bySilence(speed));
  const answersMin = usual < SILENCE_MS ? ANSWERS_KEPT : ANSWERS_MIN;
  const isUnknown = speed.answersMs.length < answersMin && speed.silentMs < SILENCE_MS;
  return Math.min(most, isUnknown ? Math.min(wanted, AT_ONCE_UNKNOWN) : Math.max(fewest, wanted));
}

/** A receiver that is sent so many at once has more claimed than that, so that none of its slots stays empty. */
const WIDE = 50;
/** Claimed ahead is what goes out in this time: while others are claimed, and while what was answered is recorded. */
const AHEAD_MS = 200;
const AHEAD_MIN = 25;

/**
 * Decides how many deliveries to one receiver may be claimed at once, those included that are on their way. All that are
 * claimed when their process dies are suspected of having ended it, so it is no more than keeps the slots filled.
 */
export function claimableFor(
  speed: ReceiverSpeed,
  { most, waiting }: { most: number; waiting: number },
): number {
  if (most < WIDE) return most;
  const atOnce = concurrencyFor(speed, { most, waiting });
  const goOut = Math.ceil((atOnce * AHEAD_MS) / Math.max(usualMs(speed), QUICK_MS));
  return atOnce + Math.max(AHEAD_MIN, Math.min(goOut, most));
}

/** A receiver that answers at once: each message keeps its place until its result is recorded. */
export function isQuick(speed: ReceiverSpeed): boolean {
  return usualMs(speed) < QUICK_MS;
}

/** The quickest of the answers tells what the receiver takes; the others tell how busy we were ourselves. */
function usualMs({ answersMs }: ReceiverSpeed): number {
  return answersMs.length === 0 ? 0 : Math.min(...answersMs);
}

/** The silence may be our own, so it allows more step by step, and no more than its length asks for. */
function bySilence({ silentMs }: ReceiverSpeed): number {
  const steps = Math.floor((silentMs - SILENCE_MS) / SILENCE_STEP_MS);
  return steps < 0 ? 0 : Math.min(keepingUp(silentMs), AT_ONCE_UNKNOWN * 2 ** (steps + 1));
}

function keepingUp(answerMs: number): number {
  return Math.ceil((answerMs / 1_000) * PER_SECOND);
}
