import type { SelfTestState } from "./self-test-state.ts";

/** Two missed deadlines of the self-test, and time to deliver. */
const ARRIVES_WITHIN_SECONDS = 660;
const DELIVERY_WAIT_SECONDS = 120;

/** What is wrong on the path of an alert, as one sentence; null while nothing is, or nothing can be known yet. */
export function selfTestProblem({
  arrivedAgoSeconds,
  knownForSeconds,
  deliveryWaitSeconds,
}: SelfTestState): string | null {
  const silentFor = arrivedAgoSeconds ?? knownForSeconds;
  if (silentFor > ARRIVES_WITHIN_SECONDS) {
    return `No alert of the self-test has arrived for ${Math.round(silentFor)} s.`;
  }
  if (deliveryWaitSeconds > DELIVERY_WAIT_SECONDS) {
    return `A delivery has been due for ${Math.round(deliveryWaitSeconds)} s.`;
  }
  return null;
}
