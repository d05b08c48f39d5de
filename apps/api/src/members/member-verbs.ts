import {
  findMember,
  findUserByEmail,
  LastOwner,
  type MemberRole,
  type MemberRow,
  newMember,
} from "@overdue/db";

import type { AppContext } from "../http/context.ts";
import { tagIn } from "../http/etag.ts";
import { ApiError } from "../http/problem.ts";
import { Role } from "./member-view.ts";

/** @throws 400 where there is no such account, 409 where the person is a member already */
export async function addMember(
  c: AppContext,
  projectId: string,
  { email, role }: { email: string; role: MemberRole },
): Promise<MemberRow> {
  const { db } = c.var.deps;
  const user = await findUserByEmail(db, email);
  if (user === null)
    throw ApiError.invalid("email", "Nobody has an account with this address: ask them to make one first.");
  const ref = { projectId, userId: user.id };
  if (!(await newMember(db, { ...ref, role })))
    throw new ApiError("conflict", "email: This person is a member already; change their role instead.");
  const row = await findMember(db, ref);
  if (row === null) throw ApiError.notFound("member");
  return row;
}

/** @throws 409 where the project would be left without an owner */
export async function keepingAnOwner<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (cause) {
    if (!(cause instanceof LastOwner)) throw cause;
    throw new ApiError("conflict", "This is the project's last owner: make somebody else an owner first.", {
      cause,
    });
  }
}

/** The role that an editor saw; null where none was named. @throws 400 */
export function roleSeen(ifMatch: string | undefined): MemberRole | null {
  const tag = tagIn(ifMatch);
  if (tag === null) return null;
  const role = Role.safeParse(tag);
  if (role.success) return role.data;
  throw ApiError.invalid("If-Match", 'Send the role in quotes, such as "editor".');
}
