import { endInvitation, listInvitations } from "@overdue/db";
import { z } from "zod";

import { NameInput, NewPassword, SignedIn, TokenInput } from "../auth/account-input.ts";
import { limitMailLinkRequests } from "../auth/sign-in-attempts.ts";
import { signUpInvited } from "../auth/sign-up.ts";
import { ADMIN_IN_PERSON, FRESH_ADMIN } from "../http/access.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { InProject, pageInMemory, PageQuery, pageSchema, readCursor, toPage } from "../http/schemas.ts";
import {
  AcceptedView,
  acceptMine,
  declineByLink,
  declineMine,
  InvitationInput,
  inviteMember,
  listMyInvitations,
  readInvitation,
} from "./answer-invitation.ts";
import {
  InvitationView,
  invitationView,
  NewInvitationView,
  ReceivedInvitationView,
  receivedInvitationView,
} from "./invitation-view.ts";

const OfInvitation = InProject.extend({ invitationId: z.uuid() });
const tags = ["Members"];

/** What an owner does with a project's invitations. */
export const invitationRoutes = createRouter()
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/invitations",
      summary: "List open invitations",
      tags,
      request: { params: InProject, query: PageQuery },
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
    route(FRESH_ADMIN, {
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
      const { invitation, link } = await inviteMember(c, { projectId }, c.req.valid("json"));
      return c.json({ ...invitationView(invitation), link }, 201);
    },
  )
  .openapi(
    route(ADMIN_IN_PERSON, {
      method: "delete",
      path: "/v1/projects/{projectId}/invitations/{invitationId}",
      summary: "Revoke an invitation",
      description: "Its link leads nowhere from then on.",
      tags,
      request: { params: OfInvitation },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { projectId, invitationId } = c.req.valid("param");
      if (!(await endInvitation(c.var.deps.db, { invitationId, to: { projectId } }, "revoked")))
        throw ApiError.notFound("invitation");
      return c.body(null, 204);
    },
  );

const InvitationId = z.object({ invitationId: z.uuid() });
const ByLink = z.strictObject({ token: TokenInput }).meta({ id: "InvitationLink" });
const MaybeByLink = z.strictObject({ token: TokenInput.optional() }).meta({ id: "InvitationAnswer" });
const SignUpInvited = z
  .strictObject({ token: TokenInput, password: NewPassword, name: NameInput.optional() })
  .meta({ id: "SignUpInvited" });
const IN_PERSON = { auth: "signed-in", key: null } as const;

/** What the invited person does. */
export const myInvitationRoutes = createRouter()
  .openapi(
    route(IN_PERSON, {
      method: "get",
      path: "/v1/invitations",
      summary: "List invitations to you",
      description: "Those to your account's e-mail address; none until you have confirmed it.",
      tags: ["Account"],
      request: { query: PageQuery },
      responses: { 200: json(pageSchema(ReceivedInvitationView), "Open ones, newest first.") },
    }),
    async (c) => {
      const page = pageInMemory(await listMyInvitations(c), c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(receivedInvitationView) }, 200);
    },
  )
  .openapi(
    route(IN_PERSON, {
      method: "post",
      path: "/v1/invitations/{invitationId}/accept",
      summary: "Accept an invitation",
      description:
        "For the account with the invited address, once that is confirmed, or with the token of the invitation's link.",
      tags: ["Account"],
      request: { params: InvitationId, body: body(MaybeByLink) },
      responses: { 200: json(AcceptedView, "You are a member of it now.") },
    }),
    async (c) => {
      const { invitationId } = c.req.valid("param");
      return c.json(await acceptMine(c, { invitationId, token: c.req.valid("json").token }), 200);
    },
  )
  .openapi(
    route(IN_PERSON, {
      method: "post",
      path: "/v1/invitations/{invitationId}/decline",
      summary: "Decline an invitation",
      tags: ["Account"],
      request: { params: InvitationId, body: body(MaybeByLink) },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { invitationId } = c.req.valid("param");
      await declineMine(c, { invitationId, token: c.req.valid("json").token });
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/invitation",
        summary: "Read the invitation of a link",
        tags: ["Account"],
        request: { body: body(ByLink) },
        responses: { 200: json(ReceivedInvitationView, "What the link is for.") },
      },
    ),
    async (c) => c.json(receivedInvitationView(await readInvitation(c, c.req.valid("json").token)), 200),
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/invitation/decline",
        summary: "Decline the invitation of a link",
        description: "Without an account: a reader of the mailbox may decline.",
        tags: ["Account"],
        request: { body: body(ByLink) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      await declineByLink(c, c.req.valid("json").token);
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/invitation/sign-up",
        summary: "Make the invited account, and accept",
        description: "For exactly the invited address, where registration is `open` or `invite`.",
        tags: ["Account"],
        request: { body: body(SignUpInvited) },
        responses: { 200: json(SignedIn, "The account is made, and a member; signed in.") },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      return c.json({ userId: await signUpInvited(c, c.req.valid("json")) }, 200);
    },
  );
