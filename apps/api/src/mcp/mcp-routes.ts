import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { guard } from "../http/guard.ts";
import { readJson } from "../http/json-body.ts";
import { ApiError, toProblem } from "../http/problem.ts";
import { createRouter } from "../http/route.ts";
import { openSession, type Send, type ToolAccess } from "./session.ts";

const PATH = "/mcp";
const ACCESS = { auth: "signed-in", key: "read" } as const;

/**
 * The MCP server: streamable HTTP without sessions, for API keys. `send` answers a request as the application does.
 * It is no route of the document, since MCP describes its tools itself.
 */
export function mcpRoutes(send: Send) {
  return createRouter()
    .post(PATH, guard(ACCESS), readJson, async (c) => {
      checkOrigin(c);
      const text = await c.req.text();
      if (text === "")
        throw new ApiError("malformed", "Send one message of JSON-RPC as the body; it is empty.");
      const message: unknown = JSON.parse(text); // `readJson` has parsed it before
      if (Array.isArray(message))
        throw new ApiError("malformed", "Send each message in a request of its own.");
      const session = openSession(c, callingKey(c), { send, toolAccess: askedTools(c) });
      // Loaded only where there is such a client.
      const { answerMessage } = await import("./mcp-server.ts");
      const { version } = c.var.deps.settings;
      return await answerMessage({ request: c.req.raw, message, version }, session);
    })
    .all(PATH, guard(ACCESS), (c) => {
      // Without sessions there is no stream to open and none to end.
      const problem = toProblem(
        new ApiError("method_not_allowed", "Send each message with POST: there are no sessions."),
      );
      return c.json(problem, 405, { allow: "POST", "content-type": "application/problem+json" });
    });
}

/** Only an API key opens one project; a person's session opens all of theirs, and a page of another site must not use it. */
function callingKey(c: AppContext) {
  const { actor } = c.var;
  if (actor.kind === "key") return actor;
  throw new ApiError(
    "unauthorized",
    "Send an API key of a project, as Authorization: Bearer … or X-Api-Key: …",
  );
}

/** A page that a browser shows may not use the server, even by a name that it has led here (DNS rebinding). @throws 403 */
function checkOrigin(c: AppContext): void {
  const origin = c.req.header("origin");
  if (origin === undefined || c.var.deps.settings.origins.includes(origin)) return;
  throw new ApiError("forbidden", "Pages of other origins may not use the MCP server.");
}

const Tools = z.enum(["read", "write"]);

/** Which tools the address asks for. @throws 400; 403 for tools that the key cannot use */
function askedTools(c: AppContext): ToolAccess {
  const asked = Tools.safeParse(c.req.query("tools") ?? "read");
  if (!asked.success) throw ApiError.invalid("tools", "Use read, which is the default, or write.");
  const { actor } = c.var;
  if (asked.data === "write" && actor.kind === "key" && actor.scope !== "write")
    throw new ApiError(
      "forbidden",
      `tools=write needs a key with the scope write; this key's scope is ${actor.scope}. Use such a key, or leave tools=write out.`,
    );
  return asked.data;
}
