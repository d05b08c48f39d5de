import { type AnyColumn, sql, type SQL } from "drizzle-orm";

import { organizationRole } from "../schema/index.ts";

/** From the weakest to the strongest: each may do all that the ones before it may. */
export const MEMBER_ROLES = organizationRole.enumValues;
export type MemberRole = (typeof MEMBER_ROLES)[number];

/** How `members` and `invitations` store a role. For a process of the release before, a member and an admin are editors. */
export type StoredRole = { role: "owner" | "editor" | "viewer"; isAdmin: boolean };

export function toStoredRole(role: MemberRole): StoredRole {
  const stored = role === "owner" || role === "viewer" ? role : "editor";
  return { role: stored, isAdmin: role === "admin" };
}

/** SQL: the role that two columns store. */
export function roleOf(columns: { role: AnyColumn; isAdmin: AnyColumn }): SQL<MemberRole> {
  return sql<MemberRole>`case when ${columns.role} <> 'editor' then ${columns.role}::text
    when ${columns.isAdmin} then 'admin' else 'member' end`;
}

/** Whether `role` may do all that `other` may. */
export function isAtLeast(role: MemberRole, other: MemberRole): boolean {
  return MEMBER_ROLES.indexOf(role) >= MEMBER_ROLES.indexOf(other);
}
