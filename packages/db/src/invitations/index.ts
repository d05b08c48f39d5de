export {
  acceptInvitation,
  endInvitation,
  findInvitation,
  type InvitationRow,
  invite,
  listInvitations,
  listInvitationsFor,
} from "./invitations.ts";
