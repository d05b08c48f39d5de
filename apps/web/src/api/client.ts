import type { Api } from "@overdue/api";
import { hc, parseResponse } from "hono/client";

import { recordServerTime, recordStoredResponse } from "../time/clock.ts";
import { takeFirstAnswer } from "./first-requests.ts";
import { readProblem } from "./problem.ts";
import { PROOF_NEEDED, prove } from "./prove.ts";

/** The API's client, typed by its routes. A response that is not a success is thrown as an `ApiError`. */
export const api = hc<Api>("/", { fetch: send });

/** The API's routes of one project, which are nearly all of them. */
export const projectApi = api.v1.projects[":projectId"];

export { parseResponse };

/** `fetch`, except that it throws an error response, with the server's message. */
async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const isRead = typeof input === "string" && (init?.method ?? "GET") === "GET";
  const first = isRead ? await takeFirstAnswer(input) : null;
  const response = first ?? (await fetch(input, init));
  const storedAt = response.headers.get("x-overdue-stored-at");
  recordStoredResponse(storedAt);
  if (storedAt === null && !mayBeCached(response)) recordServerTime(response.headers.get("date"));
  if (response.ok) return response;
  const problem = await readProblem(response);
  // A person who is asked and proves who they are goes on with what they were doing.
  if (problem.code === PROOF_NEEDED && (await prove())) return await send(input, init);
  throw problem;
}

/** Whether the browser may have kept the response for a while, so that its `Date` can be an hour old. */
function mayBeCached({ headers }: Response): boolean {
  return /max-age=[1-9]/.test(headers.get("cache-control") ?? "");
}

/** The header of an edit that must fail if somebody else has changed the same thing after `version`. */
export function ifMatch(version: number): { "if-match": string } {
  return { "if-match": `"${version}"` };
}
