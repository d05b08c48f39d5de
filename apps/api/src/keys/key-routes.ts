import { createKey, type KeyRow, listKeys, revokeKey } from "@overdue/db";
import { z } from "zod";

import { only } from "../http/only.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { iso, isoOrNull, Timestamp } from "../http/time.ts";

const KeyInput = z
  .strictObject({
    name: z.string().trim().min(1, "Give the key a name.").max(100, "Use at most 100 characters."),
    scope: z.enum(["read", "write", "ping"]),
    expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
  })
  .meta({ id: "KeyInput" });

const KeyView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    scope: z.enum(["read", "write", "ping"]),
    prefix: z.string(),
    createdAt: Timestamp,
    expiresAt: Timestamp.nullable(),
    lastUsedAt: Timestamp.nullable().meta({ description: "To the minute." }),
    lastUsedFrom: z.string().nullable(),
  })
  .meta({ id: "Key" });
const NewKeyView = KeyView.extend({ key: z.string().meta({ description: "Shown this once." }) }).meta({
  id: "NewKey",
});
const OfKey = InProject.extend({ keyId: z.uuid() });
const tags = ["Keys"];

export const keyRoutes = createRouter()
  .openapi(
    route(
      { auth: "project", role: "owner", key: null },
      {
        method: "get",
        path: "/v1/projects/{projectId}/keys",
        summary: "List API keys",
        tags,
        request: { params: InProject, query: PageQuery },
        responses: { 200: json(pageOf(KeyView), "Keys that are not revoked, oldest first.") },
      },
    ),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
      const rows = await listKeys(c.var.deps.db, c.req.valid("param").projectId, from);
      const page = pageFrom(rows, limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(keyView) }, 200);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "owner", key: null },
      {
        method: "post",
        path: "/v1/projects/{projectId}/keys",
        summary: "Create an API key",
        tags,
        request: { params: InProject, body: body(KeyInput) },
        responses: { 201: json(NewKeyView, "The key; keep it, it is not shown again.") },
      },
    ),
    async (c) => {
      const { name, scope, expiresAt } = c.req.valid("json");
      const expires = expiryOf(expiresAt ?? null, c.var.deps.now());
      const { projectId } = c.req.valid("param");
      const { row, key } = await createKey(c.var.deps.db, { projectId, name, scope, expiresAt: expires });
      return c.json({ ...keyView(row), key }, 201);
    },
  )
  .openapi(
    route(
      { auth: "project", role: "owner", key: null },
      {
        method: "delete",
        path: "/v1/projects/{projectId}/keys/{keyId}",
        summary: "Revoke an API key",
        tags,
        request: { params: OfKey },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      if (!(await revokeKey(c.var.deps.db, c.req.valid("param")))) throw ApiError.notFound("key");
      return c.body(null, 204);
    },
  );

function expiryOf(expiresAt: string | null, now: number): Date | null {
  if (expiresAt === null) return null;
  const date = new Date(expiresAt);
  if (date.getTime() <= now) throw ApiError.invalid("expiresAt", "Choose a time to come.");
  return date;
}

function keyView(row: KeyRow) {
  return only(KeyView, {
    ...row,
    createdAt: iso(row.createdAt),
    expiresAt: isoOrNull(row.expiresAt),
    lastUsedAt: isoOrNull(row.lastUsedAt),
  });
}
