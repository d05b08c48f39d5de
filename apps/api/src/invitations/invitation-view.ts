import type { InvitationRow } from "@overdue/db";
import { z } from "zod";

import { iso, Role, Timestamp } from "../http/schemas.ts";

export const InvitationView = z
  .object({
    id: z.uuid(),
    email: z.string(),
    role: Role,
    invitedBy: z
      .string()
      .nullable()
      .meta({ description: "Address of who invited; null: that account is gone." }),
    createdAt: Timestamp,
    expiresAt: Timestamp,
  })
  .meta({ id: "Invitation", description: "It makes nobody a member before the invited person accepts." });

export const NewInvitationView = InvitationView.extend({
  link: z.string().nullable().meta({
    description:
      "Null where it went by mail. Where no mail server is set: give it to the invited person yourself, and to nobody else; it is shown this once.",
  }),
}).meta({ id: "NewInvitation" });

/** As the invited person sees it. */
export const ReceivedInvitationView = InvitationView.omit({ email: true })
  .extend({
    email: z.string(),
    to: z.enum(["project", "organization"]),
    name: z.string().meta({ description: "Of the project or the organization." }),
    projectName: z
      .string()
      .meta({ description: "The old name of `name`, for one release.", deprecated: true }),
  })
  .meta({ id: "ReceivedInvitation" });

export function invitationView(row: InvitationRow): z.infer<typeof InvitationView> {
  const { id, email, role, invitedBy, createdAt, expiresAt } = row;
  return { id, email, role, invitedBy, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}

export function receivedInvitationView(row: InvitationRow): z.infer<typeof ReceivedInvitationView> {
  const to = row.projectId === null ? ("organization" as const) : ("project" as const);
  return { ...invitationView(row), to, name: row.name, projectName: row.name };
}
