import type { ServerResponse } from "node:http";

import type { DialectAnswer } from "@overdue/core/dialects";

/** The answers to pings. Where Healthchecks has the same answer, the text is the same, since its clients know it. */

/** `text`: null where there is no body. Plain data, because a `Response` costs as much as everything else that a ping needs. */
export type PingAnswer = { status: number; headers: Readonly<Record<string, string>>; text: string | null };

const TEXT = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };
const NEVER_CACHED = { "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private" };
const RETRY_AFTER_SECONDS = "5";
const SLOW_DOWN_SECONDS = "60";
const WORDS_CHARS_MAX = 60;

export function preflight(): PingAnswer {
  const headers = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "600",
  };
  return { status: 204, headers, text: null };
}

export function storedAnswer({ created }: { created: boolean }, bodyBytesMax: number): PingAnswer {
  return text(created ? 201 : 200, created ? "Created" : "OK", {
    "Access-Control-Allow-Origin": "*",
    "Ping-Body-Limit": String(bodyBytesMax),
    Expires: thisSecond(),
  });
}

/** The ping is on this machine's disk, and is looked for its check once the database answers. */
export function keptAnswer(bodyBytesMax: number): PingAnswer {
  return text(202, "Accepted", {
    "Access-Control-Allow-Origin": "*",
    "Ping-Body-Limit": String(bodyBytesMax),
    Expires: thisSecond(),
  });
}

let second = { number: 0, text: "" };

/** The present second as an HTTP date; formatted once a second. */
function thisSecond(): string {
  const number = Math.floor(Date.now() / 1_000);
  if (number !== second.number) second = { number, text: new Date(number * 1_000).toUTCString() };
  return second.text;
}

/** `because`: why the check was not made that the ping would have made. */
export function notFound(because?: string): PingAnswer {
  return text(404, because === undefined ? "not found" : `not found: ${because}`);
}

export function ambiguous(): PingAnswer {
  return text(409, "ambiguous slug");
}

/** The other product of a project in shadow mode hands pings on to this instance. */
export const FORWARDED_TO_ITSELF = "not counted: this instance forwarded the ping, and it came back";

export function problem(sentence: string): PingAnswer {
  return text(400, sentence);
}

export function unavailable(): PingAnswer {
  return text(503, "not stored, please try again", { "Retry-After": RETRY_AFTER_SECONDS });
}

export function slowDown(): PingAnswer {
  return text(429, "too many pings from this address were refused: correct the URL or the query", {
    "Retry-After": SLOW_DOWN_SECONDS,
  });
}

/** Says what to do about a query or body in which another monitor would read something other than success. */
export function otherDialect({ words, place }: { words: string; place: "query" | "body" }): string {
  const shown = words.replaceAll(/[^\x20-\x7E]/g, "?").slice(0, WORDS_CHARS_MAX);
  return (
    `not counted: "${shown}" in the ${place} is another monitor's way to say what happened, which Overdue does not read. ` +
    "Say it in the path: <ping URL>/start when the job starts, the bare URL when it succeeds, " +
    "/fail when it fails, /<exit status> for either."
  );
}

const TYPES = { text: TEXT["Content-Type"], json: "application/json", problem: "application/problem+json" };

/** Pages in browsers send pings with Sentry's SDKs, so any origin may read the answer. */
export function dialectAnswer({ status, type, text: body }: DialectAnswer): PingAnswer {
  return text(status, body ?? "", { "Content-Type": TYPES[type], "Access-Control-Allow-Origin": "*" });
}

function text(status: number, body: string, headers: Record<string, string> = {}): PingAnswer {
  return { status, headers: { ...TEXT, ...NEVER_CACHED, "X-Robots-Tag": "noindex", ...headers }, text: body };
}

export function toResponse({ status, headers, text: body }: PingAnswer): Response {
  return new Response(body, { status, headers });
}

/** Writes the answer, head and body, at once. */
export function writeAnswer({ status, headers, text: body }: PingAnswer, outgoing: ServerResponse): void {
  const raw = Object.entries(headers).flat();
  if (body !== null) raw.push("Content-Length", String(Buffer.byteLength(body)));
  outgoing.writeHead(status, raw);
  outgoing.end(body ?? undefined);
}
