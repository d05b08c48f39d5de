import {
  confirmAuthenticator,
  countRecoveryCodes,
  endOtherSessions,
  findAuthenticator,
  findCredentialsOf,
  findSignInState,
  hasPasskeys,
  markSessionVerified,
  removeAuthenticator,
  renewRecoveryCodes,
  startAuthenticator,
  takeSignInState,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_PERSON, PERSON } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { isoOrNull, Timestamp } from "../http/schemas.ts";
import { notifySignInChanged, recordSignInChange } from "./account-events.ts";
import { SignedIn } from "./account-input.ts";
import { startSession } from "./better-auth.ts";
import { dropSignInCookie, readSignInCookie } from "./sign-in-cookie.ts";
import {
  Code,
  newAuthenticatorSecret,
  unsealSecret,
  RecoveryCode,
  type SecondFactor,
  sealSecret,
  stepOfCode,
  consumeSecondFactor,
} from "./second-factor.ts";
import { completeSignIn, isPassword } from "./sign-in.ts";
import { limitPasswordChanges } from "./sign-in-attempts.ts";

const tags = ["Account"];
const AuthenticatorView = z
  .object({
    authenticatorSince: Timestamp.nullable().meta({ description: "Null: no authenticator app is set up." }),
    recoveryCodesLeft: z.int(),
    hasPassword: z.boolean(),
    hasPasskey: z.boolean(),
  })
  .meta({ id: "SignInMethods" });
const NewAuthenticator = z
  .object({
    secret: z.string().meta({ description: "In base32, for typing it into the app." }),
    uri: z.string().meta({ description: "An otpauth:// address, for a QR code." }),
  })
  .meta({ id: "NewAuthenticator" });
const RecoveryCodes = z
  .object({ recoveryCodes: z.array(z.string()).meta({ description: "Shown only now; each works once." }) })
  .meta({ id: "RecoveryCodes" });
const Confirm = z.strictObject({ code: Code }).meta({ id: "AuthenticatorCode" });
const Factor = z
  .strictObject({ code: Code.optional(), recoveryCode: RecoveryCode.optional() })
  .refine(({ code, recoveryCode }) => (code === undefined) !== (recoveryCode === undefined), {
    path: ["code"],
    message: "Send either the code of the app or a recovery code.",
  })
  .meta({ id: "SecondFactor" });
const Proof = z
  .strictObject({
    password: z.string().max(1_000).optional(),
    code: Code.optional(),
    recoveryCode: RecoveryCode.optional(),
  })
  .meta({
    id: "Proof",
    description: "The password; with an authenticator app, its code or a recovery code.",
  });

/** The second step of a sign-in. Its first step left a cookie that opens nothing but this. */
export const secondFactorRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/second-factor",
        summary: "Finish signing in with a code",
        description:
          "After a sign-in that was answered with 202, within ten minutes. Five tries in 15 minutes.",
        tags,
        request: { body: body(Factor) },
        responses: { 200: json(SignedIn, "Signed in; the session is in a cookie.") },
      },
    ),
    async (c) => c.json(await finishSignIn(c, c.req.valid("json")), 200),
  )
  .openapi(
    route(PERSON, {
      method: "post",
      path: "/api/auth/verify",
      summary: "Prove again who you are",
      description: "What is dangerous wants this, or a sign-in, within the last ten minutes.",
      tags,
      request: { body: body(Proof) },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      await prove(c, c.req.valid("json"));
      await markSessionVerified(c.var.deps.db, requirePerson(c).sessionId);
      return c.body(null, 204);
    },
  );

async function finishSignIn(c: AppContext, factor: SecondFactor): Promise<{ userId: string }> {
  const { db } = c.var.deps;
  const token = readSignInCookie(c, "pending");
  const state = await findSignInState(db, "second-factor", token);
  const known = await ownerOf(c, state?.userId ?? null);
  if (known === null)
    throw new ApiError("unauthorized", "This sign-in has taken too long: enter your password again.");
  await consumeSecondFactor(c, known.userId, factor);
  if ((await takeSignInState(db, "second-factor", token)) === null)
    throw new ApiError("unauthorized", "This sign-in was finished already.");
  dropSignInCookie(c, "pending");
  if (factor.recoveryCode !== undefined)
    await notifySignInChanged(c, db, { email: known.email, change: "recovery-code-used" });
  return await completeSignIn(c, { ...known, ...Pending.parse(state?.data ?? {}) });
}

/** What `continueSignIn` keeps until the second factor is there. */
const Pending = z.object({ trustedAs: z.string().optional() });

async function ownerOf(c: AppContext, userId: string | null) {
  return userId === null ? null : await findCredentialsOf(c.var.deps.db, userId);
}

/** @throws 400 if another kind of proof is needed; 401, 429 */
async function prove(c: AppContext, { password, ...factor }: z.infer<typeof Proof>): Promise<void> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  const authenticator = await findAuthenticator(db, userId);
  if ((authenticator?.confirmedAt ?? null) !== null) {
    if (factor.code === undefined && factor.recoveryCode === undefined)
      throw ApiError.invalid("code", "Write the code of your authenticator app.");
    return await consumeSecondFactor(c, userId, factor);
  }
  if (password === undefined) throw ApiError.invalid("password", "Write your password.");
  await limitPasswordChanges(c);
  const known = await findCredentialsOf(db, userId);
  if (!(await isPassword(known?.passwordHash ?? null, password)))
    throw ApiError.invalid("password", "The password is wrong.");
}

/** The authenticator app of the signed-in person, and its recovery codes. */
export const authenticatorRoutes = createRouter()
  .openapi(
    route(PERSON, {
      method: "get",
      path: "/v1/me/sign-in",
      summary: "Read how you sign in",
      tags,
      responses: { 200: json(AuthenticatorView, "The ways in which you can prove who you are.") },
    }),
    async (c) => c.json(await viewMethods(c), 200),
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/authenticator",
      summary: "Begin to set up an authenticator app",
      description: "Nothing changes before POST /v1/me/authenticator/confirm.",
      tags,
      responses: { 200: json(NewAuthenticator, "The secret to give to the app.") },
    }),
    async (c) => c.json(await beginAuthenticator(c), 200),
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/authenticator/confirm",
      summary: "Protect the account with the app",
      description: "From then on a sign-in needs a code too. Ends every other session of the account.",
      tags,
      request: { body: body(Confirm) },
      responses: { 200: json(RecoveryCodes, "The app protects the account.") },
    }),
    async (c) => c.json({ recoveryCodes: await turnOn(c, c.req.valid("json").code) }, 200),
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "delete",
      path: "/v1/me/authenticator",
      summary: "Remove the authenticator app",
      description: "Its recovery codes end too, and every other session of the account.",
      tags,
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      await turnOff(c);
      return c.body(null, 204);
    },
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/recovery-codes",
      summary: "Make new recovery codes",
      description: "The former ones end.",
      tags,
      responses: { 200: json(RecoveryCodes, "Ten new codes.") },
    }),
    async (c) => c.json({ recoveryCodes: await renewCodes(c) }, 200),
  );

async function viewMethods(c: AppContext): Promise<z.infer<typeof AuthenticatorView>> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  const authenticator = await findAuthenticator(db, userId);
  return {
    authenticatorSince: isoOrNull(authenticator?.confirmedAt ?? null),
    recoveryCodesLeft: await countRecoveryCodes(db, userId),
    hasPassword: ((await findCredentialsOf(db, userId))?.passwordHash ?? null) !== null,
    hasPasskey: await hasPasskeys(db, userId),
  };
}

async function beginAuthenticator(c: AppContext) {
  const { db, settings } = c.var.deps;
  const { userId } = requirePerson(c);
  const email = (await findCredentialsOf(db, userId))?.email ?? "";
  const made = newAuthenticatorSecret({ email, host: new URL(settings.publicUrl).host });
  if (!(await startAuthenticator(db, { userId, secret: sealSecret(c, userId, made.secret) })))
    throw alreadyOn();
  return made;
}

function alreadyOn(): ApiError {
  return new ApiError(
    "conflict",
    "An authenticator app protects this account already: remove that one first.",
  );
}

async function turnOn(c: AppContext, code: string): Promise<string[]> {
  const { db, now } = c.var.deps;
  const { userId } = requirePerson(c);
  const authenticator = await findAuthenticator(db, userId);
  if (authenticator === null)
    throw new ApiError("conflict", "The set-up was not begun, or somebody removed it: begin again.");
  if (authenticator.confirmedAt !== null) throw alreadyOn();
  const step = stepOfCode(unsealSecret(c, userId, authenticator.secret), code, now());
  if (step === null)
    throw ApiError.invalid("code", "This is not the app's code of this moment: check the phone's clock.");
  const codes = await db.transaction(async (tx) => {
    if (!(await confirmAuthenticator(tx, { userId, step }))) throw alreadyOn();
    await recordSignInChange(c, tx, "authenticator-on");
    return await renewRecoveryCodes(tx, userId);
  });
  await replaceSessions(c);
  return codes;
}

async function turnOff(c: AppContext): Promise<void> {
  const { userId } = requirePerson(c);
  const isRemoved = await c.var.deps.db.transaction(async (tx) => {
    const removed = await removeAuthenticator(tx, userId);
    if (removed) await recordSignInChange(c, tx, "authenticator-off");
    return removed;
  });
  if (isRemoved) await replaceSessions(c);
}

async function renewCodes(c: AppContext): Promise<string[]> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  const authenticator = await findAuthenticator(db, userId);
  if ((authenticator?.confirmedAt ?? null) === null)
    throw new ApiError("conflict", "Recovery codes belong to an authenticator app: set one up first.");
  return await db.transaction(async (tx) => {
    await recordSignInChange(c, tx, "recovery-codes");
    return await renewRecoveryCodes(tx, userId);
  });
}

/** Gives this browser a new session, and ends all others of the person. */
async function replaceSessions(c: AppContext): Promise<void> {
  const { userId } = requirePerson(c);
  const sessionId = await startSession(c, userId);
  await endOtherSessions(c.var.deps.db, userId, sessionId);
}
