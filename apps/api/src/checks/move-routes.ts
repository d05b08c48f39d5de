import {
  type CheckRef,
  findRole,
  hasCheck,
  insertAuditEntries,
  isAtLeast,
  moveCheck,
  moveHistory,
  type MovePreview,
  MoveRefused,
  notifyChanges,
  previewMove,
} from "@overdue/db";
import { z } from "zod";

import { WRITE_IN_BOTH_PROJECTS } from "../http/access.ts";
import { auditActor, runAfterCommit } from "../http/audit.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { requireFound, withETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { OfCheck } from "../http/schemas.ts";
import { CheckView } from "./check-view.ts";
import { readCheck } from "./read-check.ts";

const ToProject = z.uuid("toProjectId is the id of a project.");
const CheckMove = z
  .strictObject({
    toProjectId: ToProject,
    channelIds: z.array(z.uuid()).max(200).optional().meta({
      description:
        "Channels of that project. Left out: those that it had there before it moved away, or else all of them.",
    }),
  })
  .meta({ id: "CheckMove" });

const Names = z.array(z.string());
const MovePreviewView = z
  .object({
    refusal: z
      .string()
      .nullable()
      .meta({ description: "Why it cannot move now, and what to do; null: it can." }),
    slugs: Names.meta({
      description: "By these slugs and the ping key of the project that it leaves, it is still pinged.",
    }),
    stays: z
      .object({ channels: Names, routes: Names, windows: Names, statusPages: Names, dependencies: Names })
      .meta({ description: "What it is linked with now and leaves behind, by name." }),
    there: z.object({
      returns: z.boolean().meta({ description: "It was there before, and finds its links again." }),
      notified: Names.meta({ description: "The channels that its alerts would go to." }),
      ownersInstead: z.boolean().meta({ description: "They would go to the owners, for want of a channel." }),
      windows: Names.meta({ description: "The maintenance windows that would apply to it." }),
    }),
  })
  .meta({ id: "MovePreview" });

const path = "/v1/projects/{projectId}/checks/{checkId}/move" as const;
const tags = ["Checks"];
const WHO = "For a person who may change checks in both projects.";
/** About 60,000 rows: a longer history follows while the request is over. */
const STATEMENTS_MAX = 30;

/** What moves a check from one project to another, and says before what that does. */
export const checkMoveRoutes = createRouter()
  .openapi(
    route(WRITE_IN_BOTH_PROJECTS, {
      method: "get",
      path,
      summary: "Preview a move to another project",
      description: `${WHO} Nothing is changed.`,
      tags,
      request: { params: OfCheck, query: z.object({ toProjectId: ToProject }) },
      responses: { 200: json(MovePreviewView, "What stays, and what applies there.") },
    }),
    async (c) => {
      const { toProjectId } = c.req.valid("query");
      await requireWriter(c, c.req.valid("param"), toProjectId);
      const { pool, now } = c.var.deps;
      const asked = { toProjectId, channelIds: null, at: now() };
      const preview: MovePreview = requireFound(
        "check",
        await previewMove(pool, c.req.valid("param"), asked),
      );
      return c.json({ ...preview, slugs: [...preview.slugs] }, 200);
    },
  )
  .openapi(
    route(WRITE_IN_BOTH_PROJECTS, {
      method: "post",
      path,
      summary: "Move a check to another project",
      description: `${WHO} Its ping URL, pings, runs, slots, incidents and notes go with it; channels, routes, maintenance windows, status pages and dependencies stay, and are linked again when it moves back. It is refused with 409 while the check is down, or an alert about it is under way.`,
      tags,
      request: { params: OfCheck, body: body(CheckMove) },
      responses: { 200: json(CheckView, "The check in its new project.") },
    }),
    async (c) => {
      const { projectId, checkId } = c.req.valid("param");
      const { toProjectId, channelIds = null } = c.req.valid("json");
      await requireWriter(c, { projectId, checkId }, toProjectId);
      const { pool, now } = c.var.deps;
      const move = { projectId, checkId, toProjectId, channelIds, at: now() };
      requireFound("check", await moveCheck(pool, move).catch(onRefused));
      const view = await readCheck(c, { projectId: toProjectId, checkId });
      await recordInBoth(c, { projectId, toProjectId, check: view });
      await notifyChanges(pool, [{ projectId: toProjectId, checkId }]);
      runAfterCommit(c, () => moveFirstHistory(c, checkId));
      return c.json(withETag(c, view), 200);
    },
  );

/** @throws 404; 400 where the person is not in that project, 403 where they may not change checks there */
async function requireWriter(c: AppContext, ref: CheckRef, projectId: string): Promise<void> {
  if (!(await hasCheck(c.var.deps.db, ref))) throw ApiError.notFound("check");
  const role = await findRole(c.var.deps.db, { projectId, userId: requirePerson(c).userId });
  if (role === null) throw ApiError.invalid("toProjectId", "You are in no such project.");
  if (!isAtLeast(role, "member"))
    throw new ApiError("forbidden", `Your role in the other project is ${role}; this needs member.`);
}

function onRefused(error: unknown): never {
  if (error instanceof MoveRefused) throw new ApiError("conflict", error.message);
  throw error;
}

/** Each project's log says where the check came from or went to, by id: not everybody in one may know the other. */
async function recordInBoth(
  c: AppContext,
  { projectId, toProjectId, check }: { projectId: string; toProjectId: string; check: CheckView },
): Promise<void> {
  const { db, now } = c.var.deps;
  const who = auditActor(c, c.var);
  if (who === null) return;
  c.set("isAudited", true);
  const entry = {
    ...who,
    at: now(),
    action: "check.move",
    object: { id: check.id, name: check.name },
    fields: ["projectId"],
    changes: { projectId: { before: projectId, after: toProjectId } },
  };
  for (const place of [projectId, toProjectId]) await insertAuditEntries(db, { projectId: place }, entry);
}

/** The newest part of its history follows before the request is answered, the rest by a maintenance job. */
async function moveFirstHistory(c: AppContext, checkId: string): Promise<void> {
  const { db, log } = c.var.deps;
  await moveHistory(db, checkId, STATEMENTS_MAX).catch((err: unknown) => {
    log.warn({ err }, "The history of a moved check follows later.");
  });
}
