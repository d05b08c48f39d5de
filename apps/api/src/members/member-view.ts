import type { MemberRow } from "@overdue/db";
import { z } from "zod";

import { iso, Timestamp } from "../http/schemas.ts";

export const Role = z.enum(["owner", "editor", "viewer"]).meta({
  description: "A viewer reads, an editor changes checks and channels, an owner also keys and members.",
});

export const MemberPatch = z.strictObject({ role: Role }).partial().meta({ id: "MemberPatch" });

export const MemberView = z
  .object({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: Role,
    since: Timestamp,
  })
  .meta({ id: "Member" });

export function memberView(row: MemberRow): z.infer<typeof MemberView> {
  return { ...row, since: iso(row.since) };
}
