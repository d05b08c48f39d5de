import { changeRole, findMember, listMembers, removeMember } from "@overdue/db";
import { z } from "zod";

import { OWNER_IN_PERSON, MEMBER_IN_PERSON } from "../http/access.ts";
import { etagOf, IfMatch, unlessStale } from "../http/etag.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { addMember, keepingAnOwner, roleSeen } from "./member-verbs.ts";
import { MemberInput, MemberPatch, MemberView, memberView } from "./member-view.ts";

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
      responses: { 200: json(pageOf(MemberView), "Members, by e-mail address.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.string()) };
      const rows = await listMembers(c.var.deps.db, c.req.valid("param").projectId, from);
      const page = pageFrom(rows, limit, (last) => last.email);
      return c.json({ ...page, items: page.items.map(memberView) }, 200);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "post",
      path: "/v1/projects/{projectId}/members",
      summary: "Add a member",
      description: "Somebody who has an account here already, by its e-mail address.",
      tags,
      request: { params: InProject, body: body(MemberInput) },
      responses: { 201: json(MemberView, "The member.") },
    }),
    async (c) => {
      const row = await addMember(c, c.req.valid("param").projectId, c.req.valid("json"));
      c.header("etag", etagOf(row.role));
      return c.json(memberView(row), 201);
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
      c.header("etag", etagOf(row.role));
      return c.json(memberView(row), 200);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
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
      const seen = roleSeen(c.req.valid("header")["if-match"]);
      const before = await findMember(db, ref);
      if (before === null) throw ApiError.notFound("member");
      const change = { role: role ?? before.role, seen };
      await keepingAnOwner(() => unlessStale("member", () => changeRole(db, ref, change)));
      const row = await findMember(db, ref);
      if (row === null) throw ApiError.notFound("member");
      c.header("etag", etagOf(row.role));
      return c.json(memberView(row), 200);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "delete",
      path: "/v1/projects/{projectId}/members/{userId}",
      summary: "Remove a member",
      description: "At once; the account stays. A project keeps one owner at least.",
      tags,
      request: { params: OfMember },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const removed = await keepingAnOwner(() => removeMember(c.var.deps.db, c.req.valid("param")));
      if (!removed) throw ApiError.notFound("member");
      return c.body(null, 204);
    },
  );
