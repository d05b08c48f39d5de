import { isAtLeast, type MemberRole, type Removal } from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { readIfMatch } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { RoleInput } from "../http/schemas.ts";
import { InvitationView } from "../invitations/invitation-view.ts";
import { KeyView } from "../keys/key-view.ts";

const KeepOrEnd = z.enum(["keep", "end"], "Choose keep or end.");
/** What becomes of what a person made, when they leave or are removed. */
export const EndOfWork = z.object({
  keys: KeepOrEnd.default("keep").meta({
    description: "What becomes of the API keys that this person made here.",
  }),
  invitations: KeepOrEnd.default("end").meta({
    description: "What becomes of the invitations that this person made here and nobody has accepted yet.",
  }),
});
/** What a person made that works without them. */
export const MadeView = z
  .object({ keys: z.array(KeyView), invitations: z.array(InvitationView) })
  .meta({ id: "MadeByMember" });
export function removalOf({ keys, invitations }: z.output<typeof EndOfWork>): Removal {
  return { endKeys: keys === "end", endInvitations: invitations === "end" };
}

/** Nobody touches who is above them, and nobody gives more than they have. @throws 403 */
export function refuseAboveOwn(c: AppContext, ...roles: (MemberRole | undefined)[]): void {
  const own = c.var.role;
  const above = roles.find((role) => role !== undefined && (own === null || !isAtLeast(own, role)));
  if (above === undefined) return;
  throw new ApiError(
    "forbidden",
    `role: Your role is ${own}; for the role ${above} ask somebody who has it.`,
  );
}

/** The role that an editor saw; null where none was named. @throws 400 */
export function expectedRole(ifMatch: string | undefined): MemberRole | null {
  const tag = readIfMatch(ifMatch);
  if (tag === null) return null;
  const role = RoleInput.safeParse(tag);
  if (role.success) return role.data;
  throw ApiError.invalid("If-Match", 'Send the role in quotes, such as "member".');
}
