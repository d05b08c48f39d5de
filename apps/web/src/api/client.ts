import type { Api } from "@overdue/api";
import { hc, parseResponse } from "hono/client";

import { noteServerTime } from "../time/clock.ts";
import { problemFrom } from "./problem.ts";

/** The API, typed by its own routes. What is not a success is thrown as an ApiError. */
export const api = hc<Api>("/", { fetch: send });

/** The project's routes, which carry nearly everything. */
export const inProject = api.v1.projects[":projectId"];

/** The JSON of a call's answer, typed by its successes. */
export { parseResponse as answerOf };

/** `fetch`, but what the server calls an error is thrown with the server's sentence. */
async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  noteServerTime(response.headers.get("date"));
  if (!response.ok) throw await problemFrom(response);
  return response;
}

/** The header of an edit that must not overwrite what somebody else changed after `version`. */
export function ifMatch(version: number): { "if-match": string } {
  return { "if-match": `"${version}"` };
}
