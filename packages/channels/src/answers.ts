import type { HttpAnswer, Outcome } from "./kind.ts";
import { sanitised } from "./message/text.ts";

const WAIT_MS_MAX = 3_600_000;

/** "404: no_service": the status and the beginning of what was said. */
export function summary(answer: HttpAnswer): string {
  const said = sanitised(answer.body);
  return said === "" ? `Status ${answer.status}` : `Status ${answer.status}: ${said}`;
}

/** What most providers mean by a status: 2xx taken, 429 wait, all else worth another try. */
export function usualOutcome(answer: HttpAnswer): Outcome {
  const because = summary(answer);
  if (answer.status >= 200 && answer.status < 300) return { outcome: "sent", providerRef: null, because };
  if (answer.status === 429) return { outcome: "throttled", retryAfterMs: retryAfterMs(answer), because };
  if (answer.status >= 300 && answer.status < 400) {
    return { outcome: "transient", because: `${because}. Redirects are not followed.`, uncertain: false };
  }
  return { outcome: "transient", because, uncertain: false };
}

/** `Retry-After` in seconds or as a date; 1 s where there is none; an hour at most. */
function retryAfterMs(answer: HttpAnswer): number {
  const value = answer.headers["retry-after"]?.trim() ?? "";
  const wait = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - answer.receivedAt;
  return bounded(Number.isFinite(wait) ? wait : 1_000);
}

export function bounded(waitMs: number): number {
  return Math.min(Math.max(waitMs, 1_000), WAIT_MS_MAX);
}
