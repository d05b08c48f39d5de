import type { FakeRequest, Fault } from "./http-fake.ts";

type Answer = Exclude<Fault, string>;

/** The behaviour of a provider: which requests it refuses, and its exact answers. */
export type ProviderBehaviour = {
  /** Channel settings with which messages go to the fake at this address. */
  settings(url: string): Record<string, unknown>;
  /** The response to a request that it refuses; null: it accepts the request. */
  refuses(request: FakeRequest): Answer | null;
  /** The response to a request that it accepts. */
  accepts(request: FakeRequest): Answer;
  /** The response that asks the sender to wait. */
  limit(seconds: number): Answer;
  /** The response if the target no longer exists. */
  gone: Answer;
  /** Other responses by name, observed at the real server or found in its source. */
  otherAnswers?: Record<string, Answer>;
};

const JSON_TYPE = { "content-type": "application/json" };

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, body: JSON.stringify(body), headers: { ...JSON_TYPE, ...headers } };
}

/** 429 with `Retry-After`, in seconds. */
export function waitSeconds(seconds: number, body: unknown): Answer {
  return json(429, body, { "retry-after": String(seconds) });
}

export type Body = Record<string, unknown>;

export function bodyOf(request: FakeRequest): Body {
  const body: unknown = JSON.parse(request.body);
  if (typeof body !== "object" || body === null) throw new Error("not an object");
  return Object.fromEntries(Object.entries(body));
}

export function formOf(request: FakeRequest): Body {
  if (request.headers["content-type"] !== "application/x-www-form-urlencoded") throw new Error("not a form");
  return Object.fromEntries(new URLSearchParams(request.body));
}

/** Whether a value is a text of at most `limit` characters that is not empty. */
export function isText(value: unknown, limit: number): boolean {
  return typeof value === "string" && value !== "" && value.length <= limit;
}

export function list(value: unknown): Body[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Body => typeof item === "object" && item !== null);
}

/** The response of the first condition that holds; null: none holds. */
export function firstOf(conditions: readonly (readonly [boolean, Answer])[]): Answer | null {
  return conditions.find(([holds]) => holds)?.[1] ?? null;
}
