import { checkName, splitTags, TagsInput } from "@overdue/core";
import {
  acknowledgeIncident,
  type ActResult,
  type AuditChanges,
  deleteCheck,
  editCheck,
  findCheck,
  findIncidents,
  insertAuditEntry,
  pauseCheck,
  restoreCheck,
  resumeCheck,
  snoozeIncident,
  undoPause,
  unacknowledgeIncident,
  UnknownChannel,
} from "@overdue/db";
import { z } from "zod";

import { WRITE } from "../http/access.ts";
import { auditActor } from "../http/audit.ts";
import type { AppContext } from "../http/context.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";
import { actorName } from "../incidents/incidents.ts";
import { snoozeEnd, SnoozeInput } from "../incidents/snooze-input.ts";

const CHECKS_MAX = 100;

type FoundCheck = NonNullable<Awaited<ReturnType<typeof findCheck>>>;

const checkIds = z
  .array(z.uuid())
  .min(1, "Name at least one check.")
  .max(CHECKS_MAX, `Name at most ${CHECKS_MAX} checks; send several requests for more.`);
const channelIds = z.array(z.uuid()).min(1, "Name at least one channel.").max(100);

/** An action, and the checks to which it applies. */
const BulkInput = z
  .discriminatedUnion("action", [
    z.strictObject({ action: z.literal("restore"), checkIds }),
    z.strictObject({ action: z.enum(["pause", "resume", "undo-pause", "delete"]), checkIds }),
    z.strictObject({ action: z.enum(["acknowledge", "unacknowledge", "end-snooze"]), checkIds }),
    z.strictObject({ action: z.literal("snooze"), checkIds, snooze: SnoozeInput }),
    z.strictObject({ action: z.enum(["add-tags", "remove-tags"]), checkIds, tags: TagsInput }),
    z.strictObject({ action: z.enum(["add-channels", "remove-channels"]), checkIds, channelIds }),
  ])
  .meta({ id: "BulkInput" });
type BulkInput = z.infer<typeof BulkInput>;

const BulkResult = z
  .object({
    checkId: z.uuid(),
    outcome: z.enum(["changed", "unchanged", "failed"]),
    message: z.string().optional().meta({ description: "Why it failed." }),
  })
  .meta({ id: "BulkResult" });
type Outcome = Omit<z.infer<typeof BulkResult>, "checkId">;

export const bulkRoutes = createRouter().openapi(
  route(WRITE, {
    method: "post",
    path: "/v1/projects/{projectId}/checks/bulk",
    summary: "Apply an action to several checks",
    description:
      "Each check is changed by itself: if the action fails for one, the others are still changed, and the response says so. `unchanged` are checks that were in this state already, so that an undo need not touch them.",
    tags: ["Checks"],
    request: { params: InProject, body: body(BulkInput) },
    responses: {
      200: json(
        z.object({ results: z.array(BulkResult) }),
        "The outcome for each check, in the order of the request.",
      ),
    },
  }),
  async (c) => {
    const { projectId } = c.req.valid("param");
    const input = c.req.valid("json");
    // Each check has an audit entry of its own.
    c.set("isAudited", true);
    const outcomes = new Map<string, Outcome>();
    // Checks are locked in the order of their ids, as everywhere, so that nobody deadlocks.
    for (const checkId of [...new Set(input.checkIds)].toSorted())
      outcomes.set(checkId, await actOn(c, { projectId, checkId }, input));
    const results = [...outcomes].map(([checkId, outcome]) => ({ checkId, ...outcome }));
    const order = new Map(input.checkIds.map((id, index) => [id, index]));
    return c.json(
      { results: results.toSorted((a, b) => (order.get(a.checkId) ?? 0) - (order.get(b.checkId) ?? 0)) },
      200,
    );
  },
);

type Ref = { projectId: string; checkId: string };
const CHANGED: Outcome = { outcome: "changed" };
const UNCHANGED: Outcome = { outcome: "unchanged" };
const failedOutcome = (message: string): Outcome => ({ outcome: "failed", message });

async function actOn(c: AppContext, ref: Ref, input: BulkInput): Promise<Outcome> {
  const { db, pool, now } = c.var.deps;
  if (input.action === "restore") {
    const isRestored = await restoreCheck(pool, ref, now());
    return isRestored
      ? await recordAct(c, ref, input)
      : failedOutcome("There is no deleted check with this id.");
  }
  const check = await findCheck(db, ref);
  if (check === null) return failedOutcome("There is no such check in this project.");
  const name = checkName(check);
  switch (input.action) {
    case "acknowledge":
    case "unacknowledge":
    case "snooze":
    case "end-snooze":
      return await actOnIncident(c, ref, input);
    case "pause":
      if (check.status === "paused" || !(await pauseCheck(pool, ref, now()))) return UNCHANGED;
      return await recordAct(c, ref, { ...input, name });
    case "resume":
      if (check.status !== "paused" || !(await resumeCheck(pool, ref, now()))) return UNCHANGED;
      return await recordAct(c, ref, { ...input, name });
    case "undo-pause":
      if (check.status !== "paused" || !(await undoPause(pool, ref, now()))) return UNCHANGED;
      return await recordAct(c, ref, { ...input, name });
    case "delete":
      if (!(await deleteCheck(db, ref))) return UNCHANGED;
      return await recordAct(c, ref, { ...input, name });
    case "add-tags":
    case "remove-tags":
    case "add-channels":
    case "remove-channels":
      return await editOne(c, check, input);
  }
}

type Edit = Extract<BulkInput, { tags: unknown } | { channelIds: unknown }>;

/** Adds or removes tags or channels. */
async function editOne(c: AppContext, check: FoundCheck, input: Edit): Promise<Outcome> {
  const ref = { projectId: check.projectId, checkId: check.id };
  const isTags = "tags" in input;
  const before = isTags ? splitTags(check.tags) : check.channelIds;
  const after = combineLists(before, input);
  if (after.length === before.length) return UNCHANGED;
  const parts = isTags
    ? { details: { tags: after.join(" ") }, channelIds: null }
    : { details: {}, channelIds: after };
  const at = c.var.deps.now();
  try {
    await editCheck(c.var.deps.pool, ref, { ...parts, settings: {}, version: null, at });
  } catch (error) {
    if (error instanceof UnknownChannel)
      return failedOutcome("One of these channels is not in this project.");
    throw error;
  }
  const field = isTags ? "tags" : "channelIds";
  return await recordAct(c, ref, {
    action: "edit",
    name: checkName(check),
    changes: { [field]: { before, after } },
  });
}

function combineLists(before: readonly string[], input: Edit): string[] {
  const named = "tags" in input ? input.tags : input.channelIds;
  const isAdding = input.action.startsWith("add");
  return isAdding ? [...new Set([...before, ...named])] : before.filter((one) => !named.includes(one));
}

type IncidentAction = Extract<
  BulkInput,
  { action: "acknowledge" | "unacknowledge" | "snooze" | "end-snooze" }
>;

/** Acts on the open incident of a check. The act is recorded in the incident itself. */
async function actOnIncident(
  c: AppContext,
  { projectId, checkId }: Ref,
  input: IncidentAction,
): Promise<Outcome> {
  const { pool, now } = c.var.deps;
  const first = { limit: 1, after: null };
  const [incident] = await findIncidents(pool, { projectId, checkId, openOnly: true }, first);
  if (incident === undefined) return failedOutcome("It is not down: there is no open incident.");
  const ref = { projectId, incidentId: incident.id };
  const who = { by: await actorName(c), at: now() };
  switch (input.action) {
    case "acknowledge":
      return outcomeOf(await acknowledgeIncident(pool, ref, who));
    case "unacknowledge":
      return outcomeOf(await unacknowledgeIncident(pool, ref, who));
    case "snooze":
      return outcomeOf(
        await snoozeIncident(pool, ref, { ...who, until: await snoozeEnd(c, projectId, input.snooze) }),
      );
    case "end-snooze":
      if (incident.snoozedUntil === null || incident.snoozedUntil <= who.at) return UNCHANGED;
      return outcomeOf(await snoozeIncident(pool, ref, { ...who, until: who.at }));
  }
}

function outcomeOf({ kind }: ActResult): Outcome {
  if (kind === "unknown" || kind === "resolved") return failedOutcome("It has recovered meanwhile.");
  return kind === "done" ? CHANGED : UNCHANGED;
}

type AuditedAct = { action: string; name?: string; changes?: AuditChanges };

/** Writes the same audit entry as the action on a single check does. @returns the outcome "changed" */
async function recordAct(
  c: AppContext,
  { projectId, checkId }: Ref,
  { action, name = "", changes = {} }: AuditedAct,
): Promise<Outcome> {
  const { db, now } = c.var.deps;
  const who = auditActor(c, c.var);
  const fields = Object.keys(changes);
  const object = { id: checkId, name };
  if (who !== null)
    await insertAuditEntry(db, {
      projectId,
      action: `check.${action}`,
      object,
      fields,
      changes,
      ...who,
      at: now(),
    });
  return CHANGED;
}
