import type { Evidence } from "@overdue/core";
import { type CheckRef, type EventPosition, hasCheck } from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { readCursor } from "../http/page.ts";
import { ApiError } from "../http/problem.ts";
import { isoOrNull } from "../http/time.ts";

const Cursor = z.tuple([z.iso.datetime(), z.uuid()]);

/** The check whose history is asked for. @throws 404 */
export async function existing(c: AppContext, ref: CheckRef): Promise<CheckRef> {
  if (!(await hasCheck(c.var.deps.db, ref))) throw ApiError.notFound("check");
  return ref;
}

/** Where a page of events begins. @throws 400 */
export function position(cursor: string | undefined): EventPosition | null {
  const read = readCursor(cursor, Cursor);
  return read === null ? null : { at: new Date(read[0]), id: read[1] };
}

export function evidenceView(evidence: Evidence) {
  return {
    ...evidence,
    expectedAt: isoOrNull(evidence.expectedAt),
    deadlineAt: isoOrNull(evidence.deadlineAt),
    lastHeardAt: isoOrNull(evidence.lastHeardAt),
  };
}
