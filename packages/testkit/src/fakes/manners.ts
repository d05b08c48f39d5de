import type { FakeRequest, Fault } from "./http-fake.ts";

type Answer = Exclude<Fault, string>;

/** How a provider behaves: in its own words, by its own rules. */
export type Manners = {
  settings(url: string): Record<string, unknown>;
  /** Its answer to what it does not take, or null. */
  refuses(request: FakeRequest): Answer | null;
  taken(request: FakeRequest): Answer;
  limit(seconds: number): Answer;
  gone: Answer;
  /** What else it was seen to say, by a name for each: observed at the real server or read in its source. */
  says?: Record<string, Answer>;
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

/** Whether there is such a text of at most so many characters. */
export function isText(value: unknown, most: number): boolean {
  return typeof value === "string" && value !== "" && value.length <= most;
}

export function list(value: unknown): Body[] {
  if (!Array.isArray(value)) return [];
  return value.filter((item): item is Body => typeof item === "object" && item !== null);
}

/** The first fault, as this provider says it. */
export function firstOf(faults: readonly (readonly [boolean, Answer])[]): Answer | null {
  return faults.find(([is]) => is)?.[1] ?? null;
}
