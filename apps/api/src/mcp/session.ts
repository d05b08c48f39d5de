import { parseJsonOrNull } from "@overdue/core";
import { hc, parseResponse } from "hono/client";

import type { Api } from "../app.ts";
import type { Actor, AppContext } from "../http/context.ts";
import { Problem } from "../http/problem.ts";

export { parseResponse };

/** Answers a request as if it had come from outside. */
export type Send = (request: Request, env: object) => Response | Promise<Response>;

/** What a tool refuses, in sentences for the caller. */
export class ToolRefusal extends Error {}

/** One caller's way to the API of its key's project. */
export type Session = ReturnType<typeof openSession>;

/** Who is calling decides about these, and about what the API answers. */
type KeyActor = Actor & { kind: "key" };

const FORWARDED = ["authorization", "x-api-key", "x-forwarded-for"];
// Nothing listens there: requests go to the application itself.
const IN_PROCESS = "http://in-process.invalid";

/**
 * Opens the API for a caller of the MCP server: each call is a request with the caller's own key and address, so that
 * scopes, limits, validation and the audit log are the same as for any other.
 */
export function openSession(c: AppContext, actor: KeyActor, options: { send: Send; toolAccess: ToolAccess }) {
  const headers = FORWARDED.flatMap((name) => {
    const value = c.req.header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  const env = { ...(c.env as object), via: "mcp" };
  const api = hc<Api>(IN_PROCESS, {
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      for (const [name, value] of headers) request.headers.set(name, value);
      const response = await options.send(request, env);
      if (!response.ok) throw refusal(await response.text(), response.headers.get("retry-after"));
      return response;
    },
  });
  const param = { projectId: actor.projectId };
  const { deps } = c.var;
  let project: ReturnType<typeof readProject> | undefined;
  const readProject = () => parseResponse(api.v1.projects[":projectId"].$get({ param }));
  return {
    api: api.v1,
    ofProject: api.v1.projects[":projectId"],
    param,
    /** The tools that are offered. */
    toolAccess: options.toolAccess,
    /** Whether the key may see what jobs sent, addresses, and who changed what. */
    seesDetails: actor.scope === "write" || actor.scope === "read:bodies",
    now: deps.now(),
    log: deps.log,
    appUrl: `${deps.settings.publicUrl}/projects/${actor.projectId}`,
    /** The key's project, read once. */
    project: () => (project ??= readProject()),
  };
}

export type ToolAccess = "read" | "write";

function refusal(text: string, retryAfter: string | null): Error {
  const problem = Problem.safeParse(parseJsonOrNull(text));
  if (!problem.success) return new Error("The API answered without a problem document.");
  const { detail, code, status, errors = [] } = problem.data;
  const named = errors.filter(({ field }) => field !== "" && !detail.includes(field));
  const fields = named.map(({ field, message }) => `${field}: ${message}`);
  const wait = retryAfter === null ? [] : [`Try again in ${retryAfter} s.`];
  return new ToolRefusal([detail, ...fields, ...wait, `(${code}, HTTP ${status})`].join(" "));
}
