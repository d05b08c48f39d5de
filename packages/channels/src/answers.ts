import { parseJsonOrNull } from "@overdue/core";
import { HOUR_MS } from "@overdue/schedules";
import type { z } from "zod";

import type { HttpAnswer, Outcome } from "./kind.ts";
import { sanitise } from "./message/text.ts";

const WAIT_MS_MIN = 1_000;
const WAIT_MS_MAX = HOUR_MS;

/** "Status 404: no_service": the status and the beginning of the body. */
export function answerSummary(answer: HttpAnswer): string {
  const text = sanitise(answer.body);
  return text === "" ? `Status ${answer.status}` : `Status ${answer.status}: ${text}`;
}

/** What most providers mean by a status: 2xx accepts the message, 429 asks to wait, and anything else is worth a retry. */
export function outcomeByStatus(answer: HttpAnswer): Outcome {
  const because = answerSummary(answer);
  const { status } = answer;
  if (status >= 200 && status < 300) return { outcome: "sent", providerRef: null, because };
  const waitMs = waitInHeaders(answer);
  if (status === 429) return { outcome: "throttled", retryAfterMs: waitMs, because };
  if (status >= 300 && status < 400) {
    return { outcome: "transient", because: `${because}. Redirects are not followed.`, uncertain: false };
  }
  return { outcome: "transient", because, uncertain: false, ...(waitMs !== null && { notBeforeMs: waitMs }) };
}

/** A pattern for "status body", and what a match means to a person. */
type Meaning = readonly [pattern: RegExp, meaning: string];

/** The responses of a provider that say more than their status does. */
export type AnswerRules = {
  /** The provider's name, for sentences about its answers. */
  provider: string;
  /**
   * The schema of a response that accepts the message. It gets the parsed JSON, or the text if the body is not JSON, and
   * returns the message's id. Without it any 2xx accepts the message.
   */
  accepted?: z.ZodType<string | null>;
  /**
   * The schema of every refusal by the provider itself. A response of another shape comes from something in between, such
   * as a proxy whose server restarts, so it is never final.
   */
  providerRefusal: z.ZodType;
  /** Refusals that no later attempt can change. */
  permanent?: readonly Meaning[];
  /** Refusals because the target accepts nothing for now. */
  unavailable?: readonly Meaning[];
  /** Refusals of the formatting: the message is sent again as plain text. */
  formatRefused?: RegExp;
  /** What a refusal of the formatting means if the plain text is then refused in the same words. */
  plainTextRefused?: Meaning;
  /** The wait in milliseconds that the body of a 429 names, for providers that use no header for it. */
  waitMs?: (body: unknown, answer: HttpAnswer) => number | null;
};

/**
 * Decides by the rules of a provider what a response means. After a 2xx with an unexpected body, the message may have been
 * accepted all the same, so the outcome is uncertain.
 */
export function outcomeByRules(rules: AnswerRules, answer: HttpAnswer): Outcome {
  const body = parseJsonOrNull(answer.body);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  const accepted =
    isSuccess && rules.accepted !== undefined ? rules.accepted.safeParse(body ?? answer.body) : null;
  if (accepted?.success === true) {
    return { outcome: "sent", providerRef: accepted.data, because: answerSummary(answer) };
  }
  const refusal = findRefusal(rules, answer, body);
  if (refusal !== null) return refusal;
  if (accepted !== null) {
    return {
      outcome: "transient",
      because: `${rules.provider}'s answer could not be read.`,
      uncertain: true,
    };
  }
  const waitMs = answer.status === 429 ? (rules.waitMs?.(body, answer) ?? null) : null;
  return waitMs === null
    ? outcomeByStatus(answer)
    : { outcome: "throttled", retryAfterMs: boundWaitMs(waitMs), because: answerSummary(answer) };
}

/** What the rules say about a refusal; null if they say nothing. */
function findRefusal(rules: AnswerRules, answer: HttpAnswer, body: unknown): Outcome | null {
  const { providerRefusal, permanent = [], unavailable = [], formatRefused, plainTextRefused } = rules;
  const because = answerSummary(answer);
  const text = `${answer.status} ${answer.body}`;
  const meaningIn = (meanings: readonly Meaning[]) => meanings.find(([pattern]) => pattern.test(text))?.[1];
  if (!providerRefusal.safeParse(body ?? answer.body).success) return refusalInBetween(rules, answer);
  const final = meaningIn(permanent);
  if (final !== undefined) return { outcome: "permanent", because: `${final} (${because})` };
  const temporary = meaningIn(unavailable);
  if (temporary !== undefined) return { outcome: "unavailable", because: `${temporary} (${because})` };
  if (formatRefused?.test(text) !== true) return null;
  const ifRefusedAgain = plainTextRefused === undefined ? undefined : meaningIn([plainTextRefused]);
  return ifRefusedAgain === undefined
    ? { outcome: "plain", because }
    : { outcome: "plain", because, ifPlainRefused: `${ifRefusedAgain} (${because})` };
}

function refusalInBetween({ provider }: AnswerRules, answer: HttpAnswer): Outcome | null {
  if (answer.status < 400 || answer.status === 429) return null;
  const because = `${answerSummary(answer)}. That answer is not from ${provider} itself: check that its address is right and that it runs.`;
  return { ...outcomeByStatus(answer), because };
}

/** Headers in which providers that send no `Retry-After` say when the limit resets. */
const RESET_HEADERS = [
  "x-ratelimit-reset-after",
  "ratelimit-reset",
  "x-ratelimit-reset",
  "x-limit-app-reset",
];

/**
 * The wait in milliseconds that the headers ask for: `Retry-After` in seconds or as a date, or one of the other headers.
 * Between a second and an hour; null if they name no time.
 */
export function waitInHeaders({ headers, receivedAt }: HttpAnswer): number | null {
  const after = headers["retry-after"]?.trim() ?? "";
  const waitMs = isNumber(after) ? Number(after) * 1_000 : Date.parse(after) - receivedAt;
  if (Number.isFinite(waitMs)) return boundWaitMs(waitMs);
  const reset = RESET_HEADERS.map((name) => headers[name]?.trim() ?? "").find(isNumber);
  return reset === undefined ? null : boundWaitMs(msUntilReset(Number(reset), receivedAt));
}

/** A reset is an instant in milliseconds or in seconds, or a number of seconds from now on; its size tells which. */
function msUntilReset(reset: number, receivedAt: number): number {
  if (reset > 1e11) return reset - receivedAt;
  return reset > 1e8 ? reset * 1_000 - receivedAt : reset * 1_000;
}

function isNumber(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text);
}

/** Bounds a wait to between a second and an hour. */
export function boundWaitMs(waitMs: number): number {
  return Math.min(Math.max(waitMs, WAIT_MS_MIN), WAIT_MS_MAX);
}
