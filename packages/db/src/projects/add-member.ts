import type { Db, Tx } from "../database.ts";
import { members } from "../schema/index.ts";

type Member = typeof members.$inferInsert;

/** Makes a person a member of a project, or changes the role they have there. */
export async function addMember(db: Db | Tx, member: Member): Promise<void> {
  const target = [members.projectId, members.userId];
  await db
    .insert(members)
    .values(member)
    .onConflictDoUpdate({ target, set: { role: member.role } });
}
