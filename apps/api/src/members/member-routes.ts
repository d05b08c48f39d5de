import {
  changeRole,
  findMember,
  listKeysMadeBy,
  listMembers,
  type MemberRole,
  type MemberRow,
  removeMember,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_OWNER, MEMBER_IN_PERSON, OWNER_IN_PERSON } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import { requirePerson } from "../http/context.ts";
import { IfMatch, readIfMatch, requireFound, toETag } from "../http/edits.ts";
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
  Timestamp,
  toPage,
} from "../http/schemas.ts";
import {
  InvitationInput,
  invitationView,
  inviteMember,
  NewInvitationView,
} from "../invitations/answer-invitation.ts";
import { keyView, KeyView } from "../keys/key-routes.ts";

const MemberPatch = z.strictObject({ role: Role }).partial().meta({ id: "MemberPatch" });

const MemberView = z
  .object({
    userId: z.string(),
    name: z.string(),
    email: z.string(),
    role: Role,
    since: Timestamp,
  })
  .meta({ id: "Member" });

const OfMember = InProject.extend({ userId: z.string().min(1).max(100) });
const EndKeys = z.object({
  keys: z
    .enum(["keep", "end"], "Choose keep or end.")
    .default("keep")
    .meta({ description: "What becomes of the API keys that this person made here." }),
});
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
    route(FRESH_OWNER, {
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
      const { invitation, link } = await inviteMember(c, projectId, c.req.valid("json"));
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
    route(FRESH_OWNER, {
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
      await changeRole(db, ref, { role: role ?? before.role, seen });
      const after = memberView(requireFound("member", await findMember(db, ref)));
      c.header("etag", toETag(after.role));
      return c.json(recordChange(c, { before, after }), 200);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
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
    route(FRESH_OWNER, {
      method: "delete",
      path: "/v1/projects/{projectId}/members/{userId}",
      summary: "Remove a member",
      description: "At once; the account stays. A project keeps one owner at least.",
      tags,
      request: { params: OfMember, query: EndKeys },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const endKeys = c.req.valid("query").keys === "end";
      const removed = await removeMember(c.var.deps.db, c.req.valid("param"), { endKeys });
      requireFound("member", removed);
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
      request: { params: InProject, query: EndKeys },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const ref = { projectId: c.req.valid("param").projectId, userId: requirePerson(c).userId };
      const endKeys = c.req.valid("query").keys === "end";
      requireFound("project", await removeMember(c.var.deps.db, ref, { endKeys }));
      return c.body(null, 204);
    },
  );

function memberView(row: MemberRow): z.infer<typeof MemberView> {
  return { ...row, since: iso(row.since) };
}

/** The role that an editor saw; null where none was named. @throws 400 */
function expectedRole(ifMatch: string | undefined): MemberRole | null {
  const tag = readIfMatch(ifMatch);
  if (tag === null) return null;
  const role = Role.safeParse(tag);
  if (role.success) return role.data;
  throw ApiError.invalid("If-Match", 'Send the role in quotes, such as "editor".');
}
