import type { z } from "zod";

import type { HttpAnswer, Outcome } from "./kind.ts";
import { sanitised } from "./message/text.ts";

const WAIT_MS_MIN = 1_000;
const WAIT_MS_MAX = 3_600_000;

/** "404: no_service": the status and the beginning of what was said. */
export function summary(answer: HttpAnswer): string {
  const said = sanitised(answer.body);
  return said === "" ? `Status ${answer.status}` : `Status ${answer.status}: ${said}`;
}

/** What most providers mean by a status: 2xx taken, 429 wait, all else worth another try. */
export function usualOutcome(answer: HttpAnswer): Outcome {
  const because = summary(answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: "sent", providerRef: null, because };
  const wait = namedWaitMs(answer);
  if (status === 429) return { outcome: "throttled", retryAfterMs: wait, because };
  if (status >= 300 && status < 400) {
    return { outcome: "transient", because: `${because}. Redirects are not followed.`, uncertain: false };
  }
  return { outcome: "transient", because, uncertain: false, ...(wait !== null && { notBeforeMs: wait }) };
}

type Meaning = readonly [words: RegExp, meaning: string];

/** How a provider answers, where it says more than a status does. */
export type Answers = {
  provider: string;
  /** What a good answer must be, as JSON or the text where it is none, and the message's id in it. Without it any 2xx will do. */
  good?: z.ZodType<string | null>;
  /**
   * What every refusal by the provider itself looks like: JSON, or the text where it is none. Whatever else comes is said
   * by something in between, such as a proxy whose server restarts, and never is the provider's last word.
   */
  own: z.ZodType;
  /** Words of "status body" that no later attempt can change, and what they mean to a person. */
  gone?: readonly Meaning[];
  /** Words by which the target takes nothing for now. */
  full?: readonly Meaning[];
  /** Words that ask for a simpler text. */
  dislikes?: RegExp;
  /** What such words mean where the simplest text is refused by them, too. */
  dislikesAll?: Meaning;
  /** Where a 429 says how long to wait, unless a header does: in milliseconds, given the body as JSON. */
  waitMs?: (body: unknown, answer: HttpAnswer) => number | null;
};

/** Reads a provider's answers by such a table. A 2xx that is not what it should be may have been taken all the same. */
export function readBy(answers: Answers) {
  return (answer: HttpAnswer): Outcome => {
    const because = summary(answer);
    const body = parsedBody(answer.body);
    const isTaken = answer.status >= 200 && answer.status < 300;
    const taken = isTaken && answers.good !== undefined ? answers.good.safeParse(body ?? answer.body) : null;
    if (taken?.success === true) return { outcome: "sent", providerRef: taken.data, because };
    const refused = refusalBy(answers, answer, body);
    if (refused !== null) return refused;
    if (taken !== null) {
      return {
        outcome: "transient",
        because: `${answers.provider}'s answer could not be read.`,
        uncertain: true,
      };
    }
    const wait = answer.status === 429 ? (answers.waitMs?.(body, answer) ?? null) : null;
    return wait === null
      ? usualOutcome(answer)
      : { outcome: "throttled", retryAfterMs: bounded(wait), because };
  };
}

/** What the table says of an answer that the provider itself gave; null where it says nothing. */
function refusalBy(answers: Answers, answer: HttpAnswer, body: unknown): Outcome | null {
  const { own, gone = [], full = [], dislikes, dislikesAll, provider } = answers;
  const because = summary(answer);
  const said = `${answer.status} ${answer.body}`;
  const told = ([words]: Meaning) => words.test(said);
  if (!own.safeParse(body ?? answer.body).success) {
    if (answer.status < 400 || answer.status === 429) return null;
    const between = `${because}. That is no answer of ${provider} itself: is its address right, and does it run?`;
    return { ...usualOutcome(answer), because: between };
  }
  const meaning = gone.find(told)?.[1];
  if (meaning !== undefined) return { outcome: "permanent", because: `${meaning} (${because})` };
  const passing = full.find(told)?.[1];
  if (passing !== undefined) return { outcome: "unavailable", because: `${passing} (${because})` };
  if (dislikes?.test(said) !== true) return null;
  if (dislikesAll === undefined || !told(dislikesAll)) return { outcome: "plain", because };
  return { outcome: "plain", because, orGone: `${dislikesAll[1]} (${because})` };
}

function parsedBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/**
 * How long an answer asks to wait: by `Retry-After`, in seconds or as a date, or by the headers of those who leave it out.
 * Between a second and an hour; null where it names no time.
 */
function namedWaitMs({ headers, receivedAt }: HttpAnswer): number | null {
  const after = headers["retry-after"]?.trim() ?? "";
  const wait = isNumber(after) ? Number(after) * 1_000 : Date.parse(after) - receivedAt;
  if (Number.isFinite(wait)) return bounded(wait);
  const resets = ["x-ratelimit-reset-after", "ratelimit-reset", "x-ratelimit-reset", "x-limit-app-reset"];
  const reset = resets.map((name) => headers[name]?.trim() ?? "").find(isNumber);
  return reset === undefined ? null : bounded(sinceReset(Number(reset), receivedAt));
}

/** A reset is an instant in milliseconds or seconds, or a count of seconds from now on: its size tells which. */
function sinceReset(reset: number, receivedAt: number): number {
  if (reset > 1e11) return reset - receivedAt;
  return reset > 1e8 ? reset * 1_000 - receivedAt : reset * 1_000;
}

function isNumber(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text);
}

/** Between a second and an hour. */
export function bounded(waitMs: number): number {
  return Math.min(Math.max(waitMs, WAIT_MS_MIN), WAIT_MS_MAX);
}
