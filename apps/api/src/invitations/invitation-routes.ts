import { endInvitation, listInvitations } from "@overdue/db";
import { z } from "zod";

import { OWNER_IN_PERSON } from "../http/access.ts";
import { PageQuery, pageFrom, pageOf, readCursor } from "../http/page.ts";
import { InProject } from "../http/params.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { inviteMember } from "./invitation-verbs.ts";
import { InvitationInput, InvitationView, invitationView, NewInvitationView } from "./invitation-view.ts";

const OfInvitation = InProject.extend({ invitationId: z.uuid() });
const tags = ["Members"];

/** What an owner does with a project's invitations. */
export const invitationRoutes = createRouter()
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/invitations",
      summary: "List open invitations",
      tags,
      request: { params: InProject, query: PageQuery },
      responses: { 200: json(pageOf(InvitationView), "Those that can be accepted still, newest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
      const rows = await listInvitations(c.var.deps.db, c.req.valid("param").projectId, from);
      const page = pageFrom(rows, limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(invitationView) }, 200);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "post",
      path: "/v1/projects/{projectId}/invitations",
      summary: "Invite somebody",
      description:
        "By e-mail address, whether or not it has an account: the answer is the same. The invited person alone accepts, within three days, signed in with that address. Inviting again renews it.",
      tags,
      request: { params: InProject, body: body(InvitationInput) },
      responses: { 201: json(NewInvitationView, "The invitation; nobody is a member by it yet.") },
    }),
    async (c) => {
      const { projectId } = c.req.valid("param");
      const { invitation, link } = await inviteMember(c, projectId, c.req.valid("json"));
      return c.json({ ...invitationView(invitation), link }, 201);
    },
  )
  .openapi(
    route(OWNER_IN_PERSON, {
      method: "delete",
      path: "/v1/projects/{projectId}/invitations/{invitationId}",
      summary: "Revoke an invitation",
      description: "Its link leads nowhere from then on.",
      tags,
      request: { params: OfInvitation },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      if (!(await endInvitation(c.var.deps.db, c.req.valid("param"), "revoked")))
        throw ApiError.notFound("invitation");
      return c.body(null, 204);
    },
  );
