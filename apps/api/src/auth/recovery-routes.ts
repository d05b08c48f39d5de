import {
  consumeAccountToken,
  findAccountToken,
  findUser,
  hashPassword,
  removeOtherSignIns,
  setPassword,
  verifyAddress,
} from "@overdue/db";
import { z } from "zod";

import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  notifyPasswordChanged,
  queueAccountMailWithinLimit,
  recordAccountEvent,
  requireMail,
} from "./account-events.ts";
import {
  EmailInput,
  MailSent,
  NameInput,
  NewPassword,
  refuseWeakPassword,
  SignedIn,
  TokenInput,
} from "./account-input.ts";
import { limitMailLinkRequests } from "./sign-in-attempts.ts";
import { expiredLink, finishSignUp } from "./sign-up.ts";

/** Sends a link for choosing a new password, if the address has an account. @throws 403 if no mail can be sent */
async function requestReset(c: AppContext, email: string): Promise<void> {
  requireMail(c, "Until then the operator can set another password for you: `npm run admin -- user reset`.");
  await queueAccountMailWithinLimit(c, { kind: "reset", email });
}

/** Sets the password for the holder of the link, ends every session, and notifies the person by mail. @throws 400, 404 */
async function finishReset(
  c: AppContext,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const { db, limits } = c.var.deps;
  const found = await findAccountToken(db, "reset", token);
  if (found === null) throw expiredLink("Ask for another with “Forgot password?”.");
  refuseWeakPassword(password, found.email);
  const passwordHash = await hashPassword(password);
  await db.transaction(async (tx) => {
    const used = await consumeAccountToken(tx, "reset", token);
    const userId = used?.userId ?? null;
    if (userId === null) throw expiredLink("Ask for another with “Forgot password?”.");
    // Nobody knows who added ways to sign in to an account before its address was confirmed.
    if ((await findUser(tx, userId))?.emailVerified === false) await removeOtherSignIns(tx, userId);
    await setPassword(tx, { userId, passwordHash });
    await verifyAddress(tx, userId); // the link was in its mailbox
    await notifyPasswordChanged(c, tx, found.email);
    await recordAccountEvent(c, tx, { userId, action: "account.reset-password" });
  });
  await limits.forgetFailures(found.email);
}

/** Sends the caller the link that confirms their address. @throws 403, 409 */
async function requestVerification(c: AppContext): Promise<void> {
  const user = await findUser(c.var.deps.db, requirePerson(c).userId);
  if (user === null) throw new ApiError("unauthorized", "Sign in.");
  if (user.emailVerified) throw new ApiError("conflict", "Your address is confirmed already.");
  requireMail(c);
  await queueAccountMailWithinLimit(c, { kind: "verify", email: user.email });
}

/** Confirms the address of the link's account. @throws 404 */
async function finishVerification(c: AppContext, token: string): Promise<void> {
  const { db } = c.var.deps;
  const used = await db.transaction((tx) => consumeAccountToken(tx, "verify", token));
  const userId = used?.userId ?? null;
  if (userId === null) throw expiredLink("Sign in and ask for another.");
  await verifyAddress(db, userId);
  await recordAccountEvent(c, db, { userId, action: "account.verify-address" });
}

const FinishSignUp = z
  .strictObject({ token: TokenInput, password: NewPassword, name: NameInput.optional() })
  .meta({ id: "FinishSignUp" });
const ResetRequest = z.strictObject({ email: EmailInput }).meta({ id: "PasswordResetRequest" });
const FinishReset = z
  .strictObject({ token: TokenInput, password: NewPassword })
  .meta({ id: "PasswordReset" });
const FinishVerification = z.strictObject({ token: TokenInput }).meta({ id: "AddressVerification" });
const tags = ["Account"];

/** The routes behind the links in mails about accounts. */
export const recoveryRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/sign-up/finish",
        summary: "Finish a sign-up with the link of its mail",
        description: "Creates the account with the confirmed address and the given password.",
        tags,
        request: { body: body(FinishSignUp) },
        responses: { 200: json(SignedIn, "The account was created, with a first project; signed in.") },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      return c.json({ userId: await finishSignUp(c, c.req.valid("json")) }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/password-reset",
        summary: "Request a mail for choosing a new password",
        description: "At most three mails an hour to one address. Needs a mail server.",
        tags,
        request: { body: body(ResetRequest) },
        responses: { 202: json(MailSent, "If the address has an account, a mail with a link was queued.") },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
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
        summary: "Choose a new password with the link of a mail",
        description: "Ends every session of the account; sign in again afterwards.",
        tags,
        request: { body: body(FinishReset) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
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
        summary: "Request the mail that confirms your address",
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
        summary: "Confirm an address with the link of its mail",
        tags,
        request: { body: body(FinishVerification) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      await finishVerification(c, c.req.valid("json").token);
      return c.body(null, 204);
    },
  );
