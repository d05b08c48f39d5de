import { findStorm, findStorms, type StormRecord } from "@overdue/db";
import { z } from "zod";

import { eventPosition } from "../history/views.ts";
import { READ_DETAILS } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, json, route } from "../http/route.ts";
import {
  InProject,
  iso,
  isoOrNull,
  OfStorm,
  PageQuery,
  pageSchema,
  Timestamp,
  toPage,
} from "../http/schemas.ts";

const tags = ["Incidents"];
const SHARED = ["host", "address", "tag", "dependency"] as const;

const Shared = z
  .object({
    kind: z.enum(SHARED),
    value: z.string().meta({ description: "The host, the address, the tag, or the id of a check." }),
    name: z.string().nullable().meta({ description: "The name of the check that they depend on." }),
  })
  .meta({ id: "StormShared" });

const StormView = z
  .object({
    id: z.uuid(),
    openedAt: Timestamp.meta({ description: "When the first of them went down." }),
    overAt: Timestamp.nullable().meta({ description: "When the last of them recovered; null before." }),
    shared: z.union([Shared, z.null()]).meta({
      description: "What most of them share; null: they only went down at the same time.",
    }),
    incidents: z
      .int()
      .meta({ description: "How many there are; they are listed by GET …/incidents?stormId=." }),
    open: z.int().meta({ description: "How many of them are open." }),
  })
  .meta({ id: "Storm" });

export const stormRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/storms",
      summary: "List storms of the project",
      description:
        "Incidents that share a cause and were reported together, in one message or one after another.",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(StormView), "Storms, newest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const { projectId } = c.req.valid("param");
      const rows = await findStorms(c.var.deps.pool, projectId, {
        limit: limit + 1,
        after: eventPosition(cursor),
      });
      const page = toPage(rows, limit, (last) => [iso(last.openedAt), last.id]);
      return c.json({ ...page, items: page.items.map(stormView) }, 200);
    },
  )
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/storms/{stormId}",
      summary: "Read a storm",
      description:
        "What its incidents share, and how many are open. GET …/incidents?stormId=…&state=all lists them.",
      tags,
      request: { params: OfStorm },
      responses: { 200: json(StormView, "The storm.") },
    }),
    async (c) => {
      const storm = await findStorm(c.var.deps.pool, c.req.valid("param"));
      if (storm === null) throw ApiError.notFound("storm");
      return c.json(stormView(storm), 200);
    },
  );

function stormView({ id, openedAt, overAt, incidents, open, ...storm }: StormRecord) {
  return {
    id,
    openedAt: iso(openedAt),
    overAt: isoOrNull(overAt),
    shared: sharedView(storm),
    incidents,
    open,
  };
}

/** What a storm's incidents share. It is stored as a kind and a value, separated by a space. */
function sharedView({ shared, dependencyName }: Pick<StormRecord, "shared" | "dependencyName">) {
  const kind = SHARED.find((one) => shared.startsWith(`${one} `));
  return kind === undefined ? null : { kind, value: shared.slice(kind.length + 1), name: dependencyName };
}
