import { deleteCheck, findProjectChecks } from "@overdue/db";

import { readCheckFields } from "./check-fields.ts";
import type { Endpoint } from "./endpoint.ts";
import { FaceError } from "./face-error.ts";
import type { FaceContext } from "./face-env.ts";
import { changed, checkByUniqueKey, checkByUuid, objectOf } from "./find-check.ts";
import { createOrUpdate, pause, refreshed, resume, update } from "./save-check.ts";
import { CHECK, CHECKS } from "./shapes.ts";

const READ = { auth: "healthchecks", key: "read" } as const;
const WRITE = { auth: "healthchecks", key: "write" } as const;

export const checkEndpoints: readonly Endpoint[] = [
  {
    path: "/api/{version}/checks/",
    cors: true,
    methods: {
      GET: { access: READ, summary: "List checks", success: CHECKS, answer: listChecks },
      POST: {
        access: WRITE,
        summary: "Create a check, or update the one that `unique` finds",
        success: { ...CHECK, statuses: [200, 201] },
        answer: createCheck,
      },
    },
  },
  {
    path: "/api/{version}/checks/{check:uuid}",
    cors: true,
    methods: {
      GET: {
        access: READ,
        summary: "Read a check",
        success: CHECK,
        answer: async (c) => c.json(objectOf(c, await checkByUuid(c))),
      },
      POST: { access: WRITE, summary: "Update a check", success: CHECK, answer: updateCheck },
      DELETE: { access: WRITE, summary: "Delete a check", success: CHECK, answer: removeCheck },
    },
  },
  {
    path: "/api/{version}/checks/{check:uniqueKey}",
    cors: true,
    methods: {
      GET: {
        access: READ,
        summary: "Read a check by its unique key",
        success: CHECK,
        answer: async (c) => c.json(objectOf(c, await checkByUniqueKey(c))),
      },
    },
  },
  {
    path: "/api/{version}/checks/{check:uuid}/pause",
    cors: true,
    methods: { POST: { access: WRITE, summary: "Pause a check", success: CHECK, answer: pauseCheck } },
  },
  {
    path: "/api/{version}/checks/{check:uuid}/resume",
    cors: true,
    methods: {
      POST: { access: WRITE, summary: "Resume a paused check", success: CHECK, answer: resumeCheck },
    },
  },
];

async function listChecks(c: FaceContext): Promise<Response> {
  const query = new URL(c.req.url).searchParams;
  const slug = query.getAll("slug").at(-1) ?? "";
  const filter = { tags: query.getAll("tag"), ...(slug !== "" && { slug }) };
  const rows = await findProjectChecks(c.var.deps.db, c.var.face.projectId, filter);
  return c.json({ checks: rows.map((row) => objectOf(c, row)) });
}

async function createCheck(c: FaceContext): Promise<Response> {
  const { check, created } = await createOrUpdate(c, readCheckFields(c.var.face.body));
  return changed(c, check, created ? 201 : 200);
}

async function updateCheck(c: FaceContext): Promise<Response> {
  const check = await checkByUuid(c);
  return changed(c, await update(c, check, readCheckFields(c.var.face.body)));
}

/** Answers the check as it was last; its channels are gone with it. */
async function removeCheck(c: FaceContext): Promise<Response> {
  const check = await checkByUuid(c);
  if (!(await deleteCheck(c.var.deps.db, { projectId: check.projectId, checkId: check.id })))
    throw new FaceError(404);
  return changed(c, { ...check, channelIds: [] });
}

async function pauseCheck(c: FaceContext): Promise<Response> {
  const check = await checkByUuid(c);
  await pause(c, check);
  return changed(c, await refreshed(c, check));
}

async function resumeCheck(c: FaceContext): Promise<Response> {
  const check = await checkByUuid(c);
  if (check.status !== "paused") throw new FaceError(409, "check is not paused", "text/plain; charset=utf-8");
  await resume(c, check);
  return changed(c, await refreshed(c, check));
}
