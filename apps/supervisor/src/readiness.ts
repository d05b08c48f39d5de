import { setTimeout as wait } from "node:timers/promises";

const STEP_MS = 25;

/**
 * Waits until the product reports that it is ready. Returns false after `secondsMax` or once `signal` is aborted.
 */
export async function becomesReady(url: string, secondsMax: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + secondsMax * 1000;
  while (performance.now() < end && !signal.aborted) {
    if (await answersOk(`${url}/health/ready`)) return true;
    await wait(STEP_MS);
  }
  return false;
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
