/** What a receiver's responses tell about how many messages may be sent to it at once. */
export type ReceiverSpeed = {
  /** How long the newest answers took, in milliseconds. */
  answersMs: readonly number[];
  /** For how long it has certainly sent no answer, in milliseconds. */
  silentMs: number;
};

/** How many of the newest answers are looked at. */
export const ANSWERS_KEPT = 8;
/** How often the sender checks whether a receiver is silent, in milliseconds. */
export const SILENCE_STEP_MS = 25;

/** The rate to aim for: as many messages are on their way at once as it takes to send this many each second. */
const MESSAGES_PER_SECOND = 1_000;
/** A receiver that answers within this time gets one message after the other, unless more than `MANY_WAITING` wait. */
const QUICK_MS = 25;
const MANY_WAITING = 1_500;
const AT_ONCE_FOR_MANY = 4;
/** With fewer slow answers than this, the speed of a receiver is unknown. */
const ANSWERS_MIN = 3;
const AT_ONCE_UNKNOWN = 2;
/** A receiver that has been silent for this long is slow, whatever it answered before. */
const SILENCE_MS = 75;

/**
 * Decides how many messages may be on their way to one receiver at once: as few as keep its queue moving. A receiver
 * that answers within 25 ms gets one after the other, so that a crash repeats one message at most; one that takes 200 ms
 * gets up to 200 at once. `most`: how many its provider accepts; `waiting`: how many deliveries wait for it.
 */
export function concurrencyFor(
  speed: ReceiverSpeed,
  { most, waiting }: { most: number; waiting: number },
): number {
  const fewest = waiting > MANY_WAITING ? AT_ONCE_FOR_MANY : 1;
  const quickest = quickestMs(speed);
  const wanted = Math.max(isQuick(speed) ? fewest : atOnceFor(quickest), atOnceBySilence(speed));
  const answersMin = quickest < SILENCE_MS ? ANSWERS_KEPT : ANSWERS_MIN;
  const isUnknown = speed.answersMs.length < answersMin && speed.silentMs < SILENCE_MS;
  return Math.min(most, isUnknown ? Math.min(wanted, AT_ONCE_UNKNOWN) : Math.max(fewest, wanted));
}

/** From this many messages at once on, further deliveries are claimed ahead, so that no connection has to wait. */
const CLAIM_AHEAD_FROM = 50;
/** How long what is claimed ahead lasts: the time in which others are claimed and results are recorded. */
const AHEAD_MS = 200;
const AHEAD_MIN = 25;

/**
 * Decides how many deliveries to one receiver may be claimed at once, including those on their way. When a process dies,
 * all that it had claimed are suspected of having crashed it, so it claims no more than it needs.
 */
export function claimableFor(
  speed: ReceiverSpeed,
  { most, waiting }: { most: number; waiting: number },
): number {
  if (most < CLAIM_AHEAD_FROM) return most;
  const atOnce = concurrencyFor(speed, { most, waiting });
  const ahead = Math.ceil((atOnce * AHEAD_MS) / Math.max(quickestMs(speed), QUICK_MS));
  return atOnce + Math.max(AHEAD_MIN, Math.min(ahead, most));
}

/** Whether a receiver answers at once; then each message keeps its place until its result is recorded. */
export function isQuick(speed: ReceiverSpeed): boolean {
  return quickestMs(speed) < QUICK_MS;
}

/** The quickest answer shows how long the receiver takes; slower ones show how busy this process was. */
function quickestMs({ answersMs }: ReceiverSpeed): number {
  return answersMs.length === 0 ? 0 : Math.min(...answersMs);
}

/** The silence may be due to this process, so it allows more only step by step, and no more than its length asks for. */
function atOnceBySilence({ silentMs }: ReceiverSpeed): number {
  const steps = Math.floor((silentMs - SILENCE_MS) / SILENCE_STEP_MS);
  return steps < 0 ? 0 : Math.min(atOnceFor(silentMs), AT_ONCE_UNKNOWN * 2 ** (steps + 1));
}

function atOnceFor(answerMs: number): number {
  return Math.ceil((answerMs / 1_000) * MESSAGES_PER_SECOND);
}
