/** The answers to pings. Their texts are those that Healthchecks' clients know, where Healthchecks has such an answer. */

const TEXT = { "Content-Type": "text/plain; charset=utf-8" };
const NEVER_CACHED = { "Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private" };
const RETRY_AFTER_SECONDS = "5";
const SLOW_DOWN_SECONDS = "60";
const WORDS_CHARS = 60;

export function preflight(): Response {
  const headers = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "600",
  };
  return new Response(null, { status: 204, headers });
}

export function stored({ created }: { created: boolean }, bodyBytesMax: number): Response {
  return text(created ? 201 : 200, created ? "Created" : "OK", {
    "Access-Control-Allow-Origin": "*",
    "Ping-Body-Limit": String(bodyBytesMax),
    Expires: new Date().toUTCString(),
  });
}

export function notFound(): Response {
  return text(404, "not found");
}

export function ambiguous(): Response {
  return text(409, "ambiguous slug");
}

export function problem(sentence: string): Response {
  return text(400, sentence);
}

export function unavailable(): Response {
  return text(503, "not stored, please try again", { "Retry-After": RETRY_AFTER_SECONDS });
}

export function slowDown(): Response {
  return text(429, "too many pings from this address were refused: correct the URL or the query", {
    "Retry-After": SLOW_DOWN_SECONDS,
  });
}

/** What to do about a query or a body that says "no success" in the form of another monitor. */
export function otherDialect({ words, place }: { words: string; place: "query" | "body" }): string {
  const shown = words.replaceAll(/[^\x20-\x7E]/g, "?").slice(0, WORDS_CHARS);
  return (
    `not counted: "${shown}" in the ${place} is another monitor's way to say what happened, which Overdue does not read. ` +
    "Say it in the path: <ping URL>/start when the job starts, the bare URL when it succeeds, " +
    "/fail when it fails, /<exit status> for either."
  );
}

function text(status: number, body: string, headers: Record<string, string> = {}): Response {
  return new Response(body, {
    status,
    headers: { ...TEXT, ...NEVER_CACHED, "X-Robots-Tag": "noindex", ...headers },
  });
}
