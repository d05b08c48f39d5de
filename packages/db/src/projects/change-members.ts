import { and, eq, ne } from "drizzle-orm";

import type { Db, Tx } from "../database.ts";
import { revokeKeysMadeBy } from "../keys/keys-of-member.ts";
import { type memberRole, members, projects } from "../schema/index.ts";
import { StaleVersion } from "../stale-version.ts";
import type { MemberRef } from "./list-members.ts";

export type MemberRole = (typeof memberRole.enumValues)[number];

/** The change would leave the project without an owner. */
export class LastOwner extends Error {}

/** `seen`: the role that the editor saw; null for whichever. @returns whether there is such a member. @throws LastOwner, StaleVersion */
export async function changeRole(
  db: Db,
  ref: MemberRef,
  { role, seen }: { role: MemberRole; seen: MemberRole | null },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const before = await lockMember(tx, ref);
    if (before === null) return false;
    if (seen !== null && before !== seen) throw new StaleVersion();
    if (role !== "owner") await keepAnOwner(tx, ref);
    await tx.update(members).set({ role }).where(isMember(ref));
    return true;
  });
}

/** `endKeys`: the API keys that the person made end too. @returns whether there was such a member. @throws LastOwner */
export async function removeMember(
  db: Db,
  ref: MemberRef,
  { endKeys }: { endKeys: boolean },
): Promise<boolean> {
  return await db.transaction(async (tx) => {
    if ((await lockMember(tx, ref)) === null) return false;
    await keepAnOwner(tx, ref);
    await tx.delete(members).where(isMember(ref));
    if (endKeys) await revokeKeysMadeBy(tx, ref);
    return true;
  });
}

// The project's row is locked first, so that two owners cannot remove each other at once.
async function lockMember(tx: Tx, ref: MemberRef): Promise<MemberRole | null> {
  await tx.select({ id: projects.id }).from(projects).where(eq(projects.id, ref.projectId)).for("update");
  const [found] = await tx.select({ role: members.role }).from(members).where(isMember(ref));
  return found?.role ?? null;
}

async function keepAnOwner(tx: Tx, { projectId, userId }: MemberRef): Promise<void> {
  const others = await tx
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.role, "owner"), ne(members.userId, userId)))
    .limit(1);
  if (others.length === 0) throw new LastOwner();
}

function isMember({ projectId, userId }: MemberRef) {
  return and(eq(members.projectId, projectId), eq(members.userId, userId));
}
