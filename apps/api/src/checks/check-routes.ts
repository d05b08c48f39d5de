import {
  type CheckRef,
  deleteCheck,
  resetBaseline,
  listChecks,
  pauseCheck,
  type Pool,
  restoreCheck,
  resumeCheck,
} from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { PageQuery, readCursor, toPage } from "../http/page.ts";
import { resource } from "../http/resource.ts";
import { createRouter, json, route } from "../http/route.ts";
import { OfCheck } from "../http/schemas.ts";
import { CheckInput, CheckPatch } from "./check-input.ts";
import { CheckView, checkView } from "./check-view.ts";
import { addCheck, changeCheck, readCheck, viewOptions } from "./save-check.ts";

const checks = resource({
  path: "/v1/projects/{projectId}/checks",
  id: "checkId",
  params: OfCheck,
  access: READ,
  noun: "check",
  nouns: "checks",
  tag: "Checks",
  query: PageQuery.extend({
    slug: z.string().max(100).optional(),
    tag: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .meta({ description: "Repeat it to ask for several." }),
  }),
  order: "Checks, oldest first.",
  view: CheckView,
  saved: CheckView,
  input: CheckInput,
  patch: CheckPatch,
  descriptions: {
    edit: "Writes only the fields that are sent.",
    remove: "Its ping URLs answer 404 and its deadlines are not evaluated, until it is restored.",
  },
});

export const checkRoutes = createRouter()
  .openapi(checks.list, async (c) => {
    const { limit, cursor, slug, tag } = c.req.valid("query");
    const filter = {
      ...c.req.valid("param"),
      ...(slug !== undefined && { slug }),
      tags: [tag ?? []].flat(),
    };
    const after = readCursor(cursor, z.uuid());
    const rows = await listChecks(c.var.deps.db, filter, { limit: limit + 1, after });
    const page = toPage(rows, limit, (last) => last.id);
    const options = await viewOptions(c, filter.projectId);
    return c.json({ ...page, items: page.items.map((row) => checkView(row, options)) }, 200);
  })
  .openapi(checks.create, async (c) => {
    const view = await addCheck(c, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, view), 201);
  })
  .openapi(checks.read, async (c) => {
    const view = await readCheck(c, c.req.valid("param"));
    return c.json(withETag(c, view), 200);
  })
  .openapi(checks.edit, async (c) => {
    const version = expectedVersion(c.req.valid("header"));
    const view = await changeCheck(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
    return c.json(withETag(c, view), 200);
  })
  .openapi(checks.remove, async (c) => {
    requireFound("check", await deleteCheck(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(checks.restore, async (c) => c.json(await act(c, c.req.valid("param"), restoreCheck), 200))
  .openapi(
    action("pause", {
      summary: "Pause a check",
      description: "No deadline is evaluated until the next success or failure, or until it is resumed.",
    }),
    async (c) => c.json(await act(c, c.req.valid("param"), pauseCheck), 200),
  )
  .openapi(
    action("resume", { summary: "Resume a paused check", description: "It starts anew." }),
    async (c) => c.json(await act(c, c.req.valid("param"), resumeCheck), 200),
  )
  .openapi(
    action("reset-baseline", {
      summary: "Reset the baseline of a check",
      description: "Forgets how long its runs took so far, so that runs of the new length are no outliers.",
    }),
    async (c) => c.json(await act(c, c.req.valid("param"), resetBaseline), 200),
  );

function action<Name extends string>(name: Name, text: { summary: string; description: string }) {
  return route(WRITE, {
    ...text,
    method: "post",
    path: `/v1/projects/{projectId}/checks/{checkId}/${name}` as const,
    tags: ["Checks"],
    request: { params: OfCheck },
    responses: { 200: json(CheckView, "The check as it is now.") },
  });
}

type Change = (pool: Pool, ref: CheckRef, at: Instant) => Promise<boolean>;

/** Changes the state of a check. @returns how it is then. @throws 404 */
async function act(c: AppContext, ref: CheckRef, change: Change): Promise<CheckView> {
  const { pool, now } = c.var.deps;
  requireFound("check", await change(pool, ref, now()));
  return withETag(c, await readCheck(c, ref));
}
