import { vi } from "vitest";

/** A request as a test checks it. */
export type SentRequest = { method: string; path: string; query: Record<string, string>; json: unknown };

/** Returns the body of a response with status 200, or a whole `Response`. */
type Handler = (request: SentRequest) => unknown;

/**
 * Replaces `fetch` with an API that has these responses; keys are "GET /v1/…". Any other request fails with 404, as for
 * a missing object. Returns the requests that were sent, in order.
 */
export function fakeApi(handlers: Record<string, Handler | object>): SentRequest[] {
  const sent: SentRequest[] = [];
  vi.stubGlobal("fetch", async (input: string, init: RequestInit = {}) => {
    const url = new URL(String(input), "http://overdue.test");
    const request: SentRequest = {
      method: init.method ?? "GET",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      json: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
    };
    sent.push(request);
    const handler = handlers[`${request.method} ${url.pathname}`];
    if (handler === undefined) return problem(404, { code: "not_found", detail: "There is no such thing." });
    const body: unknown = typeof handler === "function" ? await handler(request) : handler;
    return body instanceof Response ? body : Response.json(body);
  });
  return sent;
}

/** The last page of a list. */
export function page<T>(...items: T[]): { items: T[]; next: null } {
  return { items, next: null };
}

/** An error response of the API (RFC 9457). */
export function problem(
  status: number,
  body: { code?: string; detail: string; errors?: { field: string; message: string }[] },
): Response {
  return Response.json({ code: "invalid_input", ...body }, { status });
}
