import { AliasRefused, hasCheck, listAliases, setAliases } from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import { requireFound } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { AliasSchema, OfCheck } from "../http/schemas.ts";

const ALIASES_MAX = 20;

const Aliases = z
  .strictObject({
    aliases: z.array(AliasSchema).max(ALIASES_MAX, `A check has at most ${ALIASES_MAX} aliases.`),
  })
  .meta({ id: "Aliases" });

const tags = ["Checks"];

export const aliasRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/checks/{checkId}/aliases",
      summary: "List the aliases of a check",
      description:
        "The keys by which other products know it. A token pings, so keys that only read do not see them.",
      tags,
      request: { params: OfCheck },
      responses: { 200: json(Aliases, "The aliases, oldest first.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      if (!(await hasCheck(db, ref))) throw ApiError.notFound("check");
      return c.json({ aliases: await listAliases(db, ref) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "put",
      path: "/v1/projects/{projectId}/checks/{checkId}/aliases",
      summary: "Replace the aliases of a check",
      description:
        "With the token of another product as its alias, a check takes what that product's clients send once their host name is changed. A token belongs to the check that names it first, on the whole instance; a key that comes with a key of the project is one more slug of the check.",
      tags,
      request: { params: OfCheck, body: body(Aliases) },
      responses: { 200: json(Aliases, "The aliases.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const { aliases } = c.req.valid("json");
      requireFound("check", await setAliases(db, ref, aliases).catch(onRefused));
      return c.json({ aliases: await listAliases(db, ref) }, 200);
    },
  );

function onRefused(error: unknown): never {
  if (error instanceof AliasRefused) throw ApiError.invalid(`aliases.${error.index}.key`, error.message);
  throw error;
}
