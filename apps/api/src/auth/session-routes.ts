import { endOtherSessions, endSession, listSessions, type SessionRow } from "@overdue/db";
import { z } from "zod";

import { PERSON } from "../http/access.ts";
import { requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/schemas.ts";
import { recordAccountEvent } from "./account-events.ts";
import { deviceName } from "./device-name.ts";

const tags = ["Account"];
const SessionView = z
  .object({
    id: z.string(),
    isCurrent: z.boolean().meta({ description: "It is the session of this request." }),
    startedAt: Timestamp,
    lastUsedAt: Timestamp.meta({ description: "To the day." }),
    address: z.string().nullable().meta({ description: "Where it was started from." }),
    device: z.string().nullable().meta({ description: "The browser and its system, if it names them." }),
  })
  .meta({ id: "Session" });
const SessionList = z.object({ items: z.array(SessionView) }).meta({ id: "Sessions" });
const OfSession = z.object({ sessionId: z.string().max(100) });

/** The sessions of the signed-in person. */
export const sessionRoutes = createRouter()
  .openapi(
    route(PERSON, {
      method: "get",
      path: "/v1/me/sessions",
      summary: "List your sessions",
      tags,
      responses: { 200: json(SessionList, "The valid sessions, the newest use first.") },
    }),
    async (c) => {
      const { userId, sessionId } = requirePerson(c);
      const rows = await listSessions(c.var.deps.db, userId);
      return c.json({ items: rows.map((row) => viewSession(row, sessionId)) }, 200);
    },
  )
  .openapi(
    route(PERSON, {
      method: "delete",
      path: "/v1/me/sessions/{sessionId}",
      summary: "End a session",
      description: "Its open pages stop getting events within five seconds.",
      tags,
      request: { params: OfSession },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const of = { userId: requirePerson(c).userId, sessionId: c.req.valid("param").sessionId };
      if (!(await endSession(c.var.deps.db, of))) throw ApiError.notFound("session");
      await recordAccountEvent(c, c.var.deps.db, {
        userId: requirePerson(c).userId,
        action: "account.session-ended",
      });
      return c.body(null, 204);
    },
  )
  .openapi(
    route(PERSON, {
      method: "delete",
      path: "/v1/me/sessions",
      summary: "End every other session",
      tags,
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { userId, sessionId } = requirePerson(c);
      await endOtherSessions(c.var.deps.db, userId, sessionId);
      await recordAccountEvent(c, c.var.deps.db, {
        userId: requirePerson(c).userId,
        action: "account.other-sessions-ended",
      });
      return c.body(null, 204);
    },
  );

function viewSession(row: SessionRow, currentId: string): z.infer<typeof SessionView> {
  return {
    id: row.id,
    isCurrent: row.id === currentId,
    startedAt: iso(row.createdAt),
    lastUsedAt: iso(row.updatedAt),
    address: row.ipAddress === "" ? null : row.ipAddress,
    device: deviceName(row.userAgent ?? ""),
  };
}
