import type { Api } from "@overdue/api";
import { hc, parseResponse } from "hono/client";

import { recordServerTime, recordStoredAnswer } from "../time/clock.ts";
import { readProblem } from "./problem.ts";

/** The API, typed by its own routes. A response that is not a success is thrown as an `ApiError`. */
export const api = hc<Api>("/", { fetch: send });

/** The routes of one project, which are nearly all of them. */
export const projectApi = api.v1.projects[":projectId"];

export { parseResponse };

/** `fetch`, except that it throws what the server calls an error, with the server's message. */
async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  const storedAt = response.headers.get("x-overdue-stored-at");
  recordStoredAnswer(storedAt);
  if (storedAt === null) recordServerTime(response.headers.get("date"));
  if (!response.ok) throw await readProblem(response);
  return response;
}

/** The header of an edit that must fail where somebody else has changed the same thing after `version`. */
export function ifMatch(version: number): { "if-match": string } {
  return { "if-match": `"${version}"` };
}
