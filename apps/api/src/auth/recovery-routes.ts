import { z } from "zod";

import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { countMailRequest } from "./attempts.ts";
import { NewPassword } from "./passwords.ts";
import { finishReset, finishVerification, requestReset, requestVerification } from "./reset.ts";
import { EmailInput, MailSent, NameInput, SignedIn, TokenInput } from "./schemas.ts";
import { finishSignUp } from "./sign-up.ts";

const FinishSignUp = z
  .strictObject({ token: TokenInput, password: NewPassword, name: NameInput.optional() })
  .meta({ id: "FinishSignUp" });
const ResetRequest = z.strictObject({ email: EmailInput }).meta({ id: "PasswordResetRequest" });
const FinishReset = z
  .strictObject({ token: TokenInput, password: NewPassword })
  .meta({ id: "PasswordReset" });
const FinishVerification = z.strictObject({ token: TokenInput }).meta({ id: "AddressVerification" });
const tags = ["Account"];

/** What is done by the links in mails about accounts. */
export const recoveryRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-up/finish",
        summary: "Finish a sign-up by the link of its mail",
        description: "Makes the account with its proven address and the password chosen now.",
        tags,
        request: { body: body(FinishSignUp) },
        responses: { 200: json(SignedIn, "The account is made, with a first project; signed in.") },
      },
    ),
    async (c) => {
      await countMailRequest(c);
      return c.json({ userId: await finishSignUp(c, c.req.valid("json")) }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/password-reset",
        summary: "Ask for a new password by mail",
        description: "Three mails an hour to one address at the most. Needs a mail server.",
        tags,
        request: { body: body(ResetRequest) },
        responses: { 202: json(MailSent, "Where the address has an account, a mail with a link is queued.") },
      },
    ),
    async (c) => {
      await countMailRequest(c);
      await requestReset(c, c.req.valid("json").email);
      return c.json({ mailSent: true as const }, 202);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/password-reset/finish",
        summary: "Choose a new password by the link of a mail",
        description: "Ends every session of the account; sign in anew.",
        tags,
        request: { body: body(FinishReset) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await countMailRequest(c);
      await finishReset(c, c.req.valid("json"));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "signed-in", key: null },
      {
        method: "post",
        path: "/api/auth/verify-address",
        summary: "Ask for the mail that proves your address",
        tags,
        responses: { 202: json(MailSent, "A mail with a link is queued.") },
      },
    ),
    async (c) => {
      await requestVerification(c);
      return c.json({ mailSent: true as const }, 202);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/verify-address/finish",
        summary: "Prove an address by the link of its mail",
        tags,
        request: { body: body(FinishVerification) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await countMailRequest(c);
      await finishVerification(c, c.req.valid("json").token);
      return c.body(null, 204);
    },
  );
