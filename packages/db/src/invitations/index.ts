export {
  acceptInvitation,
  endInvitation,
  findInvitation,
  findInvitationByToken,
  type InvitationRow,
  invite,
  listInvitations,
  listInvitationsFor,
} from "./invitations.ts";
