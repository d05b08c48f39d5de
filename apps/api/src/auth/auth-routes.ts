import { mailAddress, withAsciiDomain } from "@overdue/core";
import { z } from "zod";

import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { ask } from "./ask.ts";
import { countPasswordChange, countSignUp, signingIn } from "./attempts.ts";
import { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from "./better-auth.ts";
import { signUp } from "./sign-up.ts";

const Email = mailAddress("Write an e-mail address, such as ada@example.org.", "ascii domain").transform(
  (email) => email.toLowerCase(),
);
const NewPassword = z
  .string()
  .min(PASSWORD_MIN_CHARS, `Use at least ${PASSWORD_MIN_CHARS} characters.`)
  .max(PASSWORD_MAX_CHARS, `Use at most ${PASSWORD_MAX_CHARS} characters.`);
// Not validated further: a wrong password is wrong, whatever its length.
const Password = z.string().max(1_000);

const SignIn = z
  .strictObject({ email: z.string().max(254).transform(withAsciiDomain), password: Password })
  .meta({ id: "SignIn" });
const SignUp = z
  .strictObject({
    email: Email,
    password: NewPassword,
    name: z.string().trim().max(100, "Use at most 100 characters.").optional(),
    setupToken: z
      .string()
      .max(200)
      .optional()
      .meta({ description: "For the first account: printed at the start." }),
  })
  .meta({ id: "SignUp" });
const ChangePassword = z
  .strictObject({ currentPassword: Password, newPassword: NewPassword })
  .meta({ id: "ChangePassword" });
const SignedIn = z.object({ userId: z.string() }).meta({ id: "SignedIn" });
const Answer = z.object({ user: z.object({ id: z.string() }) });
const tags = ["Account"];

export const authRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-in/email",
        summary: "Sign in",
        tags,
        request: { body: body(SignIn) },
        responses: { 200: json(SignedIn, "Signed in; the session is in a cookie.") },
      },
    ),
    async (c) => {
      const credentials = c.req.valid("json");
      const answer = await signingIn(c, credentials.email, () => ask(c, "/sign-in/email", credentials));
      const { user } = Answer.parse(answer);
      return c.json({ userId: user.id }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-up/email",
        summary: "Make an account",
        description:
          "The first account needs the setup token; later ones follow the installation's registration mode.",
        tags,
        request: { body: body(SignUp) },
        responses: { 200: json(SignedIn, "The account is made, with a first project; signed in.") },
      },
    ),
    async (c) => {
      await countSignUp(c);
      return c.json({ userId: await signUp(c, c.req.valid("json")) }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-out",
        summary: "Sign out",
        tags,
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await ask(c, "/sign-out", {});
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "signed-in", key: null },
      {
        method: "post",
        path: "/api/auth/change-password",
        summary: "Change the password",
        description: "Ends every other session of the account.",
        tags,
        request: { body: body(ChangePassword) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await countPasswordChange(c);
      await ask(c, "/change-password", { ...c.req.valid("json"), revokeOtherSessions: true });
      return c.body(null, 204);
    },
  );
