import { LastOwner, type MemberRole } from "@overdue/db";

import { readIfMatch } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { Role } from "./member-view.ts";

/** @throws 409 where the project would be left without an owner */
export async function withOwnerLeft<T>(change: () => Promise<T>): Promise<T> {
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
export function expectedRole(ifMatch: string | undefined): MemberRole | null {
  const tag = readIfMatch(ifMatch);
  if (tag === null) return null;
  const role = Role.safeParse(tag);
  if (role.success) return role.data;
  throw ApiError.invalid("If-Match", 'Send the role in quotes, such as "editor".');
}
