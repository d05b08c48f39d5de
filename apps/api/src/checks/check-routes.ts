import { randomUUIDv7 } from "node:crypto";

import { defaultDetails, defaultSettings, newCheck, nextAt } from "@overdue/core";
import {
  type CheckRef,
  createCheck,
  deleteCheck,
  editCheck,
  listChecks,
  pauseCheck,
  type Pool,
  resetBaseline,
  restoreCheck,
  resumeCheck,
  undoPause,
} from "@overdue/db";
import { type Instant, lintSchedule } from "@overdue/schedules";
import { z } from "zod";

import { READ, WRITE } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { resource } from "../http/resource.ts";
import { createRouter, json, route } from "../http/route.ts";
import { OfCheck, PageQuery, readCursor, toPage } from "../http/schemas.ts";
import { CheckInput, CheckPatch, sentDetails, sentSettings } from "./check-input.ts";
import { CheckView, checkView, SavedCheckView } from "./check-view.ts";
import { readCheck, viewOptions } from "./read-check.ts";

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
      .meta({ description: "Repeat it for several tags." }),
  }),
  order: "Checks, oldest first.",
  view: CheckView,
  saved: SavedCheckView,
  input: CheckInput,
  patch: CheckPatch,
  descriptions: {
    edit: "Writes only the fields that are sent.",
    remove: "Until it is restored, its ping URLs answer 404 and its deadlines are not evaluated.",
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
    const input = c.req.valid("json");
    const view = await addCheck(c, c.req.valid("param").projectId, input);
    return c.json(withWarnings(withETag(c, view), input), 201);
  })
  .openapi(checks.read, async (c) => {
    const view = await readCheck(c, c.req.valid("param"));
    return c.json(withETag(c, view), 200);
  })
  .openapi(checks.edit, async (c) => {
    const version = expectedVersion(c.req.valid("header"));
    const patch = c.req.valid("json");
    const view = await changeCheck(c, c.req.valid("param"), { patch, version });
    return c.json(withWarnings(withETag(c, view), patch), 200);
  })
  .openapi(checks.remove, async (c) => {
    requireFound("check", await deleteCheck(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(checks.restore, async (c) =>
    c.json(await applyStateChange(c, c.req.valid("param"), restoreCheck), 200),
  )
  .openapi(
    action("pause", {
      summary: "Pause a check",
      description: "No deadline is evaluated until the next success or failure, or until it is resumed.",
    }),
    async (c) => c.json(await applyStateChange(c, c.req.valid("param"), pauseCheck), 200),
  )
  .openapi(
    action("resume", { summary: "Resume a paused check", description: "It starts anew." }),
    async (c) => c.json(await applyStateChange(c, c.req.valid("param"), resumeCheck), 200),
  )
  .openapi(
    action("undo-pause", {
      summary: "Undo a pause",
      description:
        "The check is as it was before the pause: its status, its open runs, the run that is due, and its incident, of which nobody is notified again. Pings that arrived during the pause count, and a deadline that passed during the pause is an alert. If the schedule was edited during the pause, or more than 64 pings arrived, the check starts anew instead, as with `resume`. A check that is not paused stays as it is.",
    }),
    async (c) => c.json(await applyStateChange(c, c.req.valid("param"), undoPause), 200),
  )
  .openapi(
    action("reset-baseline", {
      summary: "Reset the baseline of a check",
      description: "Forgets how long its runs took so far, so that runs of the new length are no outliers.",
    }),
    async (c) => c.json(await applyStateChange(c, c.req.valid("param"), resetBaseline), 200),
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

type StateChange = (pool: Pool, ref: CheckRef, at: Instant) => Promise<boolean>;

/** The check as it was saved, with warnings about the schedule that was sent. */
function withWarnings(view: CheckView, { schedule }: CheckPatch): z.infer<typeof SavedCheckView> {
  return { ...view, warnings: schedule === undefined ? [] : lintSchedule(schedule) };
}

/** Changes the state of a check. @returns the changed check. @throws 404 */
async function applyStateChange(c: AppContext, ref: CheckRef, change: StateChange): Promise<CheckView> {
  const { pool, now } = c.var.deps;
  requireFound("check", await change(pool, ref, now()));
  return withETag(c, await readCheck(c, ref));
}

async function addCheck(c: AppContext, projectId: string, input: CheckInput): Promise<CheckView> {
  const { db, now } = c.var.deps;
  const settings = { ...defaultSettings, ...sentSettings(input), schedule: input.schedule };
  const check = newCheck(randomUUIDv7(), now(), settings);
  // Stored tags are one text.
  const details = { ...defaultDetails, tags: "", ...sentDetails(input) };
  const channelIds = input.channelIds ?? "all";
  const { dependsOn = [] } = input;
  await createCheck(db, { projectId, details, check, nextAt: nextAt(check), channelIds, dependsOn });
  return await readCheck(c, { projectId, checkId: check.id });
}

/** Writes the fields that were sent. @throws 404, 412 */
async function changeCheck(
  c: AppContext,
  ref: CheckRef,
  edit: { patch: CheckPatch; version: number | null },
): Promise<CheckView> {
  const { pool, now } = c.var.deps;
  const before = await readCheck(c, ref);
  const { patch, version } = edit;
  const channelIds = patch.channelIds ?? null;
  const { dependsOn } = patch;
  const parts = {
    details: sentDetails(patch),
    settings: sentSettings(patch),
    channelIds,
    ...(dependsOn !== undefined && { dependsOn }),
    version,
    at: now(),
  };
  requireFound("check", await editCheck(pool, ref, parts));
  return recordChange(c, { before, after: await readCheck(c, ref) });
}
