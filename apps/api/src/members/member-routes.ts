import {
  changeRole,
  findMember,
  listInvitationsBy,
  listKeysMadeBy,
  listMembers,
  type MemberRow,
  removeMember,
} from "@overdue/db";
import { z } from "zod";

import { ADMIN_IN_PERSON, FRESH_ADMIN, MEMBER_IN_PERSON } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { requirePerson } from "../http/context.ts";
import { IfMatch, requireFound, toETag } from "../http/edits.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  InProject,
  iso,
  pageInMemory,
  PageQuery,
  pageSchema,
  readCursor,
  Role,
  RoleInput,
  Timestamp,
  toPage,
} from "../http/schemas.ts";
import { InvitationInput, inviteMember } from "../invitations/answer-invitation.ts";
import { invitationView, NewInvitationView } from "../invitations/invitation-view.ts";
import { keyView, KeyView } from "../keys/key-view.ts";
import { EndOfWork, expectedRole, MadeView, refuseAboveOwn, removalOf } from "./made-by-member.ts";

const MemberPatch = z.strictObject({ role: RoleInput }).partial().meta({ id: "MemberPatch" });

const MemberView = z
  .object({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: Role.meta({ description: "The stronger of the role here and the one in the organization." }),
    ownRole: Role.nullable().meta({ description: "The role here; null: in by the organization alone." }),
    since: Timestamp,
  })
  .meta({ id: "Member" });

const OfMember = InProject.extend({ userId: z.string().min(1).max(100) });
const tags = ["Members"];

export const memberRoutes = createRouter()
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/members",
      summary: "List members",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageSchema(MemberView), "Members, by e-mail address.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.string()) };
      const rows = await listMembers(c.var.deps.db, c.req.valid("param").projectId, from);
      const page = toPage(rows, limit, (last) => last.email);
      return c.json({ ...page, items: page.items.map(memberView) }, 200);
    },
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "post",
      path: "/v1/projects/{projectId}/members",
      summary: "Invite a member",
      description: "The same as `POST …/invitations`: nobody is a member before they accept.",
      tags,
      request: { params: InProject, body: body(InvitationInput) },
      responses: { 201: json(NewInvitationView, "The invitation.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { invitation, link } = await inviteMember(c, { projectId }, c.req.valid("json"));
      return c.json({ ...invitationView(invitation), link }, 201);
    },
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/members/{userId}",
      summary: "Read a member",
      tags,
      request: { params: OfMember },
      responses: { 200: json(MemberView, "The member; the role is the ETag.") },
    }),
    async (c) => {
      const row = await findMember(c.var.deps.db, c.req.valid("param"));
      if (row === null) throw ApiError.notFound("member");
      c.header("etag", toETag(row.role));
      return c.json(memberView(row), 200);
    },
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "patch",
      path: "/v1/projects/{projectId}/members/{userId}",
      summary: "Change a member's role",
      description: "From the member's next request on. A project keeps one owner at least.",
      tags,
      request: { params: OfMember, headers: IfMatch, body: body(MemberPatch) },
      responses: { 200: json(MemberView, "The member.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      const { role } = c.req.valid("json");
      const seen = expectedRole(c.req.valid("header")["if-match"]);
      const before = memberView(requireFound("member", await findMember(db, ref)));
      refuseAboveOwn(c, before.role, role);
      await changeRole(db, ref, { role: role ?? before.role, seen });
      const after = memberView(requireFound("member", await findMember(db, ref)));
      c.header("etag", toETag(after.role));
      return c.json(recordChange(c, { before, after }), 200);
    },
  )
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/members/{userId}/keys",
      summary: "List the API keys that a member made",
      description: "They go on when the member is removed, unless the removal ends them.",
      tags,
      request: { params: OfMember, query: PageQuery },
      responses: { 200: json(pageSchema(KeyView), "Valid ones, oldest first.") },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      if ((await findMember(db, ref)) === null) throw ApiError.notFound("member");
      const page = pageInMemory(await listKeysMadeBy(db, ref), c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(keyView) }, 200);
    },
  )
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/members/{userId}/made",
      summary: "List what a member made that works without them",
      description:
        "Valid API keys, and invitations that are open. The removal of the member keeps or ends each kind.",
      tags,
      request: { params: OfMember },
      responses: { 200: json(MadeView, "Oldest keys first, newest invitations first.") },
    }),
    async (c) => {
      const { projectId, userId } = c.req.valid("param");
      const { db } = c.var.deps;
      requireFound("member", await findMember(db, { projectId, userId }));
      const keys = await listKeysMadeBy(db, { projectId, userId });
      const invitations = await listInvitationsBy(db, { userId, projectIds: [projectId] });
      return c.json({ keys: keys.map(keyView), invitations: invitations.map(invitationView) }, 200);
    },
  )
  .openapi(
    route(FRESH_ADMIN, {
      method: "delete",
      path: "/v1/projects/{projectId}/members/{userId}",
      summary: "Remove a member",
      description: "At once; the account stays. A project keeps one owner at least.",
      tags,
      request: { params: OfMember, query: EndOfWork },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      refuseAboveOwn(c, requireFound("member", await findMember(db, ref)).role);
      requireFound("member", await removeMember(db, ref, removalOf(c.req.valid("query"))));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "post",
      path: "/v1/projects/{projectId}/leave",
      summary: "Leave a project",
      description: "For every member, whatever the role; the last owner hands the project over first.",
      tags,
      request: { params: InProject, query: EndOfWork },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const ref = { projectId: c.req.valid("param").projectId, userId: requirePerson(c).userId };
      const removal = removalOf(c.req.valid("query"));
      requireFound("project", await removeMember(c.var.deps.db, ref, removal));
      return c.body(null, 204);
    },
  );

function memberView(row: MemberRow): z.infer<typeof MemberView> {
  return { ...row, since: iso(row.since) };
}
