import { and, eq, isNull, asc, desc, gte, lt } from "drizzle-orm";
import type { Db } from "../database.ts";
import { projects, channels, flips } from "../schema/index.ts";
import type { Instant } from "@overdue/schedules";
import type { CheckRef } from "../checks/find-checks.ts";

/** The project that its badges name so. */
export async function findProjectByBadgeKey(db: Db, badgeKey: string): Promise<{ id: string } | null> {
  const [found] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.badgeKey, badgeKey), isNull(projects.deletedAt)));
  return found ?? null;
}

const AT_MOST = 10_000;

/** Every channel of a project, oldest first, broken ones too: who it is, not what it is set to. */
export async function listChannelNames(
  db: Db,
  projectId: string,
): Promise<{ id: string; name: string; kind: string }[]> {
  return await db
    .select({ id: channels.id, name: channels.name, kind: channels.kind })
    .from(channels)
    .where(and(eq(channels.projectId, projectId), isNull(channels.deletedAt), eq(channels.internal, false)))
    .orderBy(asc(channels.createdAt), asc(channels.id))
    .limit(AT_MOST);
}

/** Changes of status within [from, until), the one written last first. */
export async function listFlipsWithin(
  db: Db,
  { projectId, checkId }: CheckRef,
  { from, until }: { from: Instant | null; until: Instant | null },
): Promise<{ at: Date; to: string }[]> {
  return await db
    .select({ at: flips.at, to: flips.to })
    .from(flips)
    .where(
      and(
        eq(flips.projectId, projectId),
        eq(flips.checkId, checkId),
        from === null ? undefined : gte(flips.at, new Date(from)),
        until === null ? undefined : lt(flips.at, new Date(until)),
      ),
    )
    .orderBy(desc(flips.deadlineSeq), desc(flips.id))
    .limit(AT_MOST);
}
