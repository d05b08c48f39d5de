import {
  changeOrganizationRole,
  endInvitation,
  findOrganizationMember,
  listInvitations,
  listInvitationsBy,
  listOrganizationKeysMadeBy,
  listOrganizationMembers,
  listOrganizationProjects,
  type OrganizationMemberRow,
  removeOrganizationMember,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_ORGANIZATION_ADMIN, ORGANIZATION_ADMIN, ORGANIZATION_VIEWER } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { requirePerson } from "../http/context.ts";
import { IfMatch, requireFound, toETag } from "../http/edits.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  InOrganization,
  iso,
  PageQuery,
  pageSchema,
  readCursor,
  Role,
  RoleInput,
  Timestamp,
  toPage,
} from "../http/schemas.ts";
import { InvitationInput, inviteMember } from "../invitations/answer-invitation.ts";
import { InvitationView, invitationView, NewInvitationView } from "../invitations/invitation-view.ts";
import { keyView } from "../keys/key-view.ts";
import { EndOfWork, expectedRole, MadeView, refuseAboveOwn, removalOf } from "../members/made-by-member.ts";

const MemberPatch = z.strictObject({ role: RoleInput }).partial().meta({ id: "OrganizationMemberPatch" });
const MemberView = z
  .object({ userId: z.string(), name: z.string(), email: z.string(), role: Role, since: Timestamp })
  .meta({ id: "OrganizationMember" });

const OfMember = InOrganization.extend({ userId: z.string().min(1).max(100) });
const OfInvitation = InOrganization.extend({ invitationId: z.uuid() });
const tags = ["Organizations"];

export const organizationMemberRoutes = createRouter()
  .openapi(
    route(ORGANIZATION_VIEWER, {
      method: "get",
      path: "/v1/organizations/{organizationId}/members",
      summary: "List members of an organization",
      tags,
      request: { params: InOrganization, query: PageQuery },
      responses: { 200: json(pageSchema(MemberView), "Members, by e-mail address.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.string()) };
      const rows = await listOrganizationMembers(c.var.deps.db, c.req.valid("param").organizationId, from);
      const page = toPage(rows, limit, (last) => last.email);
      return c.json({ ...page, items: page.items.map(memberView) }, 200);
    },
  )
  .openapi(
    route(ORGANIZATION_VIEWER, {
      method: "get",
      path: "/v1/organizations/{organizationId}/members/{userId}",
      summary: "Read a member of an organization",
      tags,
      request: { params: OfMember },
      responses: { 200: json(MemberView, "The member; the role is the ETag.") },
    }),
    async (c) => {
      const member = await findOrganizationMember(c.var.deps.db, c.req.valid("param"));
      const view = memberView(requireFound("member", member));
      c.header("etag", toETag(view.role));
      return c.json(view, 200);
    },
  )
  .openapi(
    route(FRESH_ORGANIZATION_ADMIN, {
      method: "patch",
      path: "/v1/organizations/{organizationId}/members/{userId}",
      summary: "Change a member's role in an organization",
      description:
        "In all of its projects, from the member's next request on. An organization keeps one owner at least.",
      tags,
      request: { params: OfMember, headers: IfMatch, body: body(MemberPatch) },
      responses: { 200: json(MemberView, "The member; the role is the ETag.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const seen = expectedRole(c.req.valid("header")["if-match"]);
      const before = memberView(requireFound("member", await findOrganizationMember(db, ref)));
      const { role = before.role } = c.req.valid("json");
      refuseAboveOwn(c, before.role, role);
      await changeOrganizationRole(db, ref, { role, seen });
      const after = memberView(requireFound("member", await findOrganizationMember(db, ref)));
      c.header("etag", toETag(after.role));
      return c.json(recordChange(c, { before, after }), 200);
    },
  )
  .openapi(
    route(ORGANIZATION_ADMIN, {
      method: "get",
      path: "/v1/organizations/{organizationId}/members/{userId}/made",
      summary: "List what a member made in an organization that works without them",
      description:
        "Valid API keys of its projects, and open invitations. The removal of the member keeps or ends each kind.",
      tags,
      request: { params: OfMember },
      responses: { 200: json(MadeView, "Oldest keys first, newest invitations first.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      requireFound("member", await findOrganizationMember(db, ref));
      const projects = await listOrganizationProjects(db, ref.organizationId);
      const projectIds = projects.map(({ id }) => id);
      const keys = await listOrganizationKeysMadeBy(db, ref);
      const invitations = await listInvitationsBy(db, { ...ref, projectIds });
      return c.json({ keys: keys.map(keyView), invitations: invitations.map(invitationView) }, 200);
    },
  )
  .openapi(
    route(FRESH_ORGANIZATION_ADMIN, {
      method: "delete",
      path: "/v1/organizations/{organizationId}/members/{userId}",
      summary: "Remove a member of an organization",
      description:
        "At once; a role that they have in one of its projects alone stays. An organization keeps one owner at least.",
      tags,
      request: { params: OfMember, query: EndOfWork },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      refuseAboveOwn(c, requireFound("member", await findOrganizationMember(db, ref)).role);
      requireFound("member", await removeOrganizationMember(db, ref, removalOf(c.req.valid("query"))));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(ORGANIZATION_VIEWER, {
      method: "post",
      path: "/v1/organizations/{organizationId}/leave",
      summary: "Leave an organization",
      description: "For every member, whatever the role; the last owner makes somebody else an owner first.",
      tags,
      request: { params: InOrganization, query: EndOfWork },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const ref = { ...c.req.valid("param"), userId: requirePerson(c).userId };
      const left = await removeOrganizationMember(c.var.deps.db, ref, removalOf(c.req.valid("query")));
      requireFound("organization", left);
      return c.body(null, 204);
    },
  )
  .openapi(
    route(ORGANIZATION_ADMIN, {
      method: "get",
      path: "/v1/organizations/{organizationId}/invitations",
      summary: "List open invitations to an organization",
      tags,
      request: { params: InOrganization, query: PageQuery },
      responses: { 200: json(pageSchema(InvitationView), "Those that can be accepted still, newest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
      const rows = await listInvitations(c.var.deps.db, c.req.valid("param"), from);
      const page = toPage(rows, limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(invitationView) }, 200);
    },
  )
  .openapi(
    route(FRESH_ORGANIZATION_ADMIN, {
      method: "post",
      path: "/v1/organizations/{organizationId}/invitations",
      summary: "Invite somebody to an organization",
      description:
        "As to a project, with a role in all of its projects, which is at most your own. The invited person alone accepts.",
      tags,
      request: { params: InOrganization, body: body(InvitationInput) },
      responses: { 201: json(NewInvitationView, "The invitation; nobody is a member by it yet.") },
    }),
    async (c) => {
      const { invitation, link } = await inviteMember(c, c.req.valid("param"), c.req.valid("json"));
      return c.json({ ...invitationView(invitation), link }, 201);
    },
  )
  .openapi(
    route(ORGANIZATION_ADMIN, {
      method: "delete",
      path: "/v1/organizations/{organizationId}/invitations/{invitationId}",
      summary: "Revoke an invitation to an organization",
      description: "Its link leads nowhere from then on.",
      tags,
      request: { params: OfInvitation },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { organizationId, invitationId } = c.req.valid("param");
      const ended = await endInvitation(c.var.deps.db, { invitationId, to: { organizationId } }, "revoked");
      requireFound("invitation", ended);
      return c.body(null, 204);
    },
  );

function memberView(row: OrganizationMemberRow): z.infer<typeof MemberView> {
  return { ...row, since: iso(row.since) };
}
