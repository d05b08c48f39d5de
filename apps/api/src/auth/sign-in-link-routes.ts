import { consumeAccountToken, findCredentialsOf, verifyAddress } from "@overdue/db";
import { z } from "zod";

import { body, createRouter, json, route } from "../http/route.ts";
import { EmailInput, MailSent, SignedIn, TokenInput } from "./account-input.ts";
import { queueAccountMailWithinLimit, requireMail } from "./account-events.ts";
import { continueSignIn, SecondFactorAsked } from "./sign-in.ts";
import { limitMailLinkRequests } from "./sign-in-attempts.ts";
import { expiredLink } from "./sign-up.ts";

const tags = ["Account"];
const LinkRequest = z.strictObject({ email: EmailInput }).meta({ id: "SignInLinkRequest" });
const FinishLink = z.strictObject({ token: TokenInput }).meta({ id: "SignInLink" });

/** Signing in with the link of a mail. */
export const signInLinkRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-in/link",
        summary: "Request a mail with a link that signs in",
        description:
          "For accounts with a confirmed address; at most three mails an hour. Needs a mail server.",
        tags,
        request: { body: body(LinkRequest) },
        responses: { 202: json(MailSent, "If the address has an account, a mail with a link was queued.") },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      requireMail(c);
      await queueAccountMailWithinLimit(c, { kind: "sign-in", email: c.req.valid("json").email });
      return c.json({ mailSent: true as const }, 202);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-in/link/finish",
        summary: "Sign in with the link of a mail",
        description: "The link works once, for 15 minutes. A second factor is asked as with a password.",
        tags,
        request: { body: body(FinishLink) },
        responses: {
          200: json(SignedIn, "Signed in; the session is in a cookie."),
          202: json(SecondFactorAsked, "The account asks for a second factor."),
        },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      const { db } = c.var.deps;
      const used = await consumeAccountToken(db, "sign-in", c.req.valid("json").token);
      const known = used?.userId ? await findCredentialsOf(db, used.userId) : null;
      // The address may have been changed after the mail was sent.
      if (used === null || known === null || known.email !== used.email)
        throw expiredLink("Ask for another on the sign-in page.");
      await verifyAddress(db, known.userId);
      const answer = await continueSignIn(c, known);
      return "userId" in answer ? c.json(answer, 200) : c.json(answer, 202);
    },
  );
