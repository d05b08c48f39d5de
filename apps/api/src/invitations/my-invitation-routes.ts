import { z } from "zod";

import { countMailRequest } from "../auth/attempts.ts";
import { NewPassword } from "../auth/passwords.ts";
import { NameInput, SignedIn, TokenInput } from "../auth/schemas.ts";
import { signUpInvited } from "../auth/sign-up.ts";
import { PageQuery, pageOf, pageOfFew } from "../http/page.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  acceptMine,
  declineByLink,
  declineMine,
  listMyInvitations,
  readInvitation,
} from "./invitation-verbs.ts";
import { ReceivedInvitationView, receivedInvitationView } from "./invitation-view.ts";

const OfInvitation = z.object({ invitationId: z.uuid() });
const ByLink = z.strictObject({ token: TokenInput }).meta({ id: "InvitationLink" });
const MaybeByLink = z.strictObject({ token: TokenInput.optional() }).meta({ id: "InvitationAnswer" });
const SignUpInvited = z
  .strictObject({ token: TokenInput, password: NewPassword, name: NameInput.optional() })
  .meta({ id: "SignUpInvited" });
const Accepted = z.object({ projectId: z.uuid() }).meta({ id: "AcceptedInvitation" });
const tags = ["Account"];
const IN_PERSON = { auth: "signed-in", key: null } as const;

/** What the invited person does. */
export const myInvitationRoutes = createRouter()
  .openapi(
    route(IN_PERSON, {
      method: "get",
      path: "/v1/invitations",
      summary: "List invitations to you",
      description: "By your account's address; none while that is not proven.",
      tags,
      request: { query: PageQuery },
      responses: { 200: json(pageOf(ReceivedInvitationView), "Open ones, newest first.") },
    }),
    async (c) => {
      const page = pageOfFew(await listMyInvitations(c), c.req.valid("query"));
      return c.json({ ...page, items: page.items.map(receivedInvitationView) }, 200);
    },
  )
  .openapi(
    route(IN_PERSON, {
      method: "post",
      path: "/v1/invitations/{invitationId}/accept",
      summary: "Accept an invitation",
      description:
        "For the account with the invited address, once that is proven, or with the token of the invitation's link.",
      tags,
      request: { params: OfInvitation, body: body(MaybeByLink) },
      responses: { 200: json(Accepted, "You are a member of this project now.") },
    }),
    async (c) => {
      const { invitationId } = c.req.valid("param");
      const projectId = await acceptMine(c, { invitationId, token: c.req.valid("json").token });
      return c.json({ projectId }, 200);
    },
  )
  .openapi(
    route(IN_PERSON, {
      method: "post",
      path: "/v1/invitations/{invitationId}/decline",
      summary: "Decline an invitation",
      tags,
      request: { params: OfInvitation, body: body(MaybeByLink) },
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
        tags,
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
        description: "Without an account: whoever reads the mailbox may say no.",
        tags,
        request: { body: body(ByLink) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await countMailRequest(c);
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
        tags,
        request: { body: body(SignUpInvited) },
        responses: { 200: json(SignedIn, "The account is made, and a member; signed in.") },
      },
    ),
    async (c) => {
      await countMailRequest(c);
      return c.json({ userId: await signUpInvited(c, c.req.valid("json")) }, 200);
    },
  );
