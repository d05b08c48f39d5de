import { type CheckWithChannels, findCheckByPingUuid, findCheckByUniqueKey } from "@overdue/db";

import { type CheckObject, checkObject } from "./check-object.ts";
import { parameter } from "./endpoint-path.ts";
import { FaceError } from "./face-error.ts";
import type { FaceContext } from "./face-env.ts";

/** The check that the path names by its ping UUID. @throws FaceError 404; 403 where it is another project's. */
export async function checkByUuid(c: FaceContext): Promise<CheckWithChannels> {
  const row = await findCheckByPingUuid(c.var.deps.db, parameter(c, "check", "uuid"));
  if (row === null) throw new FaceError(404);
  if (row.projectId !== c.var.face.projectId) throw new FaceError(403);
  return row;
}

/** The check that the path names as read-only keys know it. @throws FaceError 404 */
export async function checkByUniqueKey(c: FaceContext): Promise<CheckWithChannels> {
  const { projectId } = c.var.face;
  const row = await findCheckByUniqueKey(c.var.deps.db, projectId, parameter(c, "check", "uniqueKey"));
  if (row === null) throw new FaceError(404);
  return row;
}

/** The answer to a change of a check, noted for the audit log. */
export function changed(c: FaceContext, row: CheckWithChannels, status: 200 | 201 = 200): Response {
  c.set("touched", { id: row.id, name: row.name });
  return c.json(objectOf(c, row), status);
}

/** A check as this request may see it. */
export function objectOf(c: FaceContext, row: CheckWithChannels): CheckObject {
  const { settings, now } = c.var.deps;
  const { version, mayWrite } = c.var.face;
  const { publicUrl, pingUrlBase } = settings;
  return checkObject(row, { version, mayWrite, publicUrl, pingUrlBase, now: now() });
}
