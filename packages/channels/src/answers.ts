import type { z } from "zod";

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

/** How a provider answers, where it says more than a status does. */
export type Answers = {
  provider: string;
  /** What a good answer must be, and the message's id in it. Without it any 2xx will do. */
  good?: z.ZodType<string | null>;
  /** Words of "status body" that no later attempt can change, and what they mean to a person. */
  gone?: readonly (readonly [words: RegExp, meaning: string])[];
  /** Words that ask for a simpler text. */
  dislikes?: RegExp;
  /** Where a 429 says how long to wait, unless it is `Retry-After`: in milliseconds, given the body as JSON. */
  waitMs?: (body: unknown, answer: HttpAnswer) => number | null;
};

/** Reads a provider's answers by such a table. A 2xx that is not what it should be may have been taken all the same. */
export function readBy({ provider, good, gone = [], dislikes, waitMs }: Answers) {
  return (answer: HttpAnswer): Outcome => {
    const because = summary(answer);
    const body = parsedBody(answer.body);
    const isTaken = answer.status >= 200 && answer.status < 300;
    const taken = isTaken && good !== undefined ? good.safeParse(body) : null;
    if (taken?.success === true) return { outcome: "sent", providerRef: taken.data, because };
    const said = `${answer.status} ${answer.body}`;
    const meaning = gone.find(([words]) => words.test(said))?.[1];
    if (meaning !== undefined) return { outcome: "permanent", because: `${meaning} (${because})` };
    if (dislikes?.test(said) === true) return { outcome: "plain", because };
    if (taken !== null) {
      return { outcome: "transient", because: `${provider}'s answer could not be read.`, uncertain: true };
    }
    const wait = answer.status === 429 ? (waitMs?.(body, answer) ?? null) : null;
    return wait === null
      ? usualOutcome(answer)
      : { outcome: "throttled", retryAfterMs: bounded(wait), because };
  };
}

/** The instant in seconds that a header names, as a wait from the answer on. */
export function untilReset(name: string) {
  return (_: unknown, { headers, receivedAt }: HttpAnswer): number | null => {
    const seconds = Number(headers[name]);
    return Number.isFinite(seconds) ? seconds * 1_000 - receivedAt : null;
  };
}

function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
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
