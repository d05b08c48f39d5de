import type { InvitationRow } from "@overdue/db";
import { z } from "zod";

import { EmailInput } from "../auth/account-input.ts";
import { iso, Role, Timestamp } from "../http/schemas.ts";

export const InvitationInput = z
  .strictObject({ email: EmailInput, role: Role })
  .meta({ id: "InvitationInput" });

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
  .extend({ email: z.string(), projectName: z.string() })
  .meta({ id: "ReceivedInvitation" });

export function invitationView(row: InvitationRow): z.infer<typeof InvitationView> {
  const { id, email, role, invitedBy, createdAt, expiresAt } = row;
  return { id, email, role, invitedBy, createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
}

export function receivedInvitationView(row: InvitationRow): z.infer<typeof ReceivedInvitationView> {
  return { ...invitationView(row), projectName: row.projectName };
}
