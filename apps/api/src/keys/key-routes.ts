import { isNetwork } from "@overdue/config";
import {
  createKey,
  type Db,
  listKeys,
  checkBroughtKey,
  KEY_REFUSALS,
  revokeKey,
  rotateKey,
  touchKey,
} from "@overdue/db";
import { DAY_SECONDS, type Instant, MINUTE_MS } from "@overdue/schedules";
import type { Logger } from "pino";
import { z } from "zod";

import { ADMIN_IN_PERSON, FRESH_ADMIN } from "../http/access.ts";
import { requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  InstantInput,
  InProject,
  KeyScope,
  PageQuery,
  pageSchema,
  readCursor,
  toPage,
} from "../http/schemas.ts";
import { keyView, KeyView } from "./key-view.ts";

const KEY = /^[\x21-\x7e]{32}$/;
const PINGING_KEY = /^[\x21-\x7e]{16,100}$/;
const NETWORKS_MAX = 20;
const Networks = z
  .array(
    z
      .string()
      .trim()
      .refine(isNetwork, "Give an IP address or a network, such as 203.0.113.7 or 10.0.0.0/8."),
  )
  .max(NETWORKS_MAX, `Give at most ${NETWORKS_MAX} networks.`)
  .meta({
    description: "Addresses and networks from which alone the key may be used; empty: from everywhere.",
  });
const KeyInput = z
  .strictObject({
    name: z.string().trim().min(1, "Give the key a name.").max(100, "Use at most 100 characters."),
    scope: KeyScope,
    expiresAt: InstantInput.nullable().optional(),
    networks: Networks.optional(),
    key: z.string().max(100).optional().meta({
      description:
        "A key of another product that goes on here: of Healthchecks with 32 characters, or, with the scope `ping`, the key that its clients send, such as the public key of a Sentry DSN. Without it a new one is made.",
    }),
  })
  .refine(({ scope, key }) => key === undefined || (scope === "ping" ? PINGING_KEY : KEY).test(key), {
    path: ["key"],
    message: "A key that is brought along has 32 characters, without spaces; one that only pings, 16 to 100.",
  })
  .refine(({ scope, networks = [] }) => scope !== "ping" || networks.length === 0, {
    path: ["networks"],
    message: "A key that only pings takes no networks: leave them out.",
  })
  .meta({ id: "KeyInput" });

const RotateInput = z
  .strictObject({
    keepOldSeconds: z
      .int()
      .min(0, "The old key cannot end in the past.")
      .max(30 * DAY_SECONDS, "Keep the old key for 30 days at most.")
      .default(DAY_SECONDS)
      .meta({ description: "How long the old key goes on; a day if nothing is said." }),
  })
  .meta({ id: "RotateInput" });

const NewKeyView = KeyView.extend({ key: z.string().meta({ description: "Shown this once." }) }).meta({
  id: "NewKey",
});
const OfKey = InProject.extend({ keyId: z.uuid() });
const tags = ["Keys"];

export const keyRoutes = createRouter()
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/keys",
      summary: "List API keys",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(KeyView), "Keys that are not revoked, oldest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
      const rows = await listKeys(c.var.deps.db, c.req.valid("param").projectId, from);
      const page = toPage(rows, limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(keyView) }, 200);
    },
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "post",
      path: "/v1/projects/{projectId}/keys",
      summary: "Create an API key",
      tags,
      request: { params: InProject, body: body(KeyInput) },
      responses: { 201: json(NewKeyView, "The key; keep it, it is not shown again.") },
    }),
    async (c) => {
      const { name, scope, expiresAt, networks = [], key: brought } = c.req.valid("json");
      const expires = readExpiry(expiresAt ?? null, c.var.deps.now());
      const { projectId } = c.req.valid("param");
      const may = brought === undefined ? "yes" : await checkBroughtKey(c.var.deps.db, projectId, brought);
      if (may !== "yes") throw ApiError.invalid("key", `This key ${KEY_REFUSALS[may]}`);
      const input = {
        projectId,
        name,
        scope,
        expiresAt: expires,
        networks,
        createdBy: requirePerson(c).userId,
        ...(brought !== undefined && { key: brought }),
      };
      const { row, key } = await createKey(c.var.deps.db, input);
      return c.json({ ...keyView(row), key }, 201);
    },
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "post",
      path: "/v1/projects/{projectId}/keys/{keyId}/rotate",
      summary: "Rotate an API key",
      description:
        "Makes a new key of the same name, scope, networks and end; the old one goes on for a while, so that nothing stops meanwhile.",
      tags,
      request: { params: OfKey, body: body(RotateInput) },
      responses: { 201: json(NewKeyView, "The new key; keep it, it is not shown again.") },
    }),
    async (c) => {
      const { db, now } = c.var.deps;
      const oldEndsAt = now() + c.req.valid("json").keepOldSeconds * 1_000;
      const rotated = await rotateKey(db, c.req.valid("param"), {
        now: now(),
        oldEndsAt,
        createdBy: requirePerson(c).userId,
      });
      if (rotated === null) throw ApiError.notFound("key");
      return c.json({ ...keyView(rotated.row), key: rotated.key }, 201);
    },
  )
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "delete",
      path: "/v1/projects/{projectId}/keys/{keyId}",
      summary: "Revoke an API key",
      tags,
      request: { params: OfKey },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      if (!(await revokeKey(c.var.deps.db, c.req.valid("param")))) throw ApiError.notFound("key");
      return c.body(null, 204);
    },
  );

function readExpiry(expiresAt: string | null, now: number): Date | null {
  if (expiresAt === null) return null;
  const date = new Date(expiresAt);
  if (date.getTime() <= now) throw ApiError.invalid("expiresAt", "Choose a time to come.");
  return date;
}

/** Notes each key's use once a minute at most, and never while a request waits. */
export class KeyUse {
  #minute = -Infinity;
  /** The keys whose use in this minute is noted. */
  #noted = new Set<string>();
  readonly #deps: { db: Db; log: Logger; now: () => Instant };

  constructor(deps: { db: Db; log: Logger; now: () => Instant }) {
    this.#deps = deps;
  }

  note(keyId: string, from: string | null): void {
    const at = Math.floor(this.#deps.now() / MINUTE_MS) * MINUTE_MS;
    if (at !== this.#minute) this.#noted = new Set();
    this.#minute = at;
    if (this.#noted.has(keyId)) return;
    this.#noted.add(keyId);
    touchKey(this.#deps.db, { keyId, at, from }).catch((err: unknown) => {
      this.#deps.log.warn({ err, keyId }, "the key's last use could not be noted");
    });
  }
}
