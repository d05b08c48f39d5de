import { findKey } from "@overdue/db";

import type { Actor, AppContext } from "./context.ts";
import { ApiError } from "./problem.ts";

/** Who is asking: an API key where one was sent, else whoever the session cookie names. @throws 401 for a bad key. */
export async function findActor(c: AppContext): Promise<Actor> {
  const key = sentKey(c.req.raw.headers);
  return key === null ? await ofSession(c) : await ofKey(c, key);
}

async function ofKey(c: AppContext, key: string): Promise<Actor> {
  const { db, now, keyUse } = c.var.deps;
  const found = await findKey(db, key, now());
  if (found === null) throw new ApiError("unauthorized", "This API key is unknown, expired or revoked.");
  keyUse.note(found.id, c.var.deps.clientAddress(c));
  return { kind: "key", keyId: found.id, projectId: found.projectId, scope: found.scope };
}

async function ofSession(c: AppContext): Promise<Actor> {
  const session = await c.var.deps.sessions.find(c.req.raw.headers);
  if (session === null) return { kind: "nobody" };
  for (const cookie of session.setCookies) c.header("set-cookie", cookie, { append: true });
  return { kind: "user", userId: session.userId, sessionId: session.sessionId };
}

function sentKey(headers: Headers): string | null {
  const bearer = /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  return bearer ?? headers.get("x-api-key");
}
