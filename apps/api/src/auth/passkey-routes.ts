import {
  addPasskey,
  findCredentialsOf,
  listPasskeys,
  markSessionVerified,
  PASSKEYS_MAX,
  type PasskeyRow,
  removePasskey,
  renamePasskey,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_PERSON, PERSON } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { iso, isoOrNull, NameInput, Timestamp } from "../http/schemas.ts";
import { recordSignInChange } from "./account-events.ts";
import { SignedIn } from "./account-input.ts";
import {
  beginAuthentication,
  beginRegistration,
  finishAuthentication,
  finishRegistration,
  PasskeyOptions,
  PasskeyResponse,
} from "./passkey.ts";
import { dropSignInCookie } from "./sign-in-cookie.ts";
import { completeSignIn } from "./sign-in.ts";

const tags = ["Account"];
const PasskeyView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    createdAt: Timestamp,
    lastUsedAt: Timestamp.nullable(),
  })
  .meta({ id: "Passkey" });
const Passkeys = z.object({ items: z.array(PasskeyView) }).meta({ id: "Passkeys" });
const NewPasskey = z.strictObject({ name: NameInput, response: PasskeyResponse }).meta({ id: "NewPasskey" });
const PasskeyEdit = z.strictObject({ name: NameInput }).meta({ id: "PasskeyEdit" });
const Used = z.strictObject({ response: PasskeyResponse }).meta({ id: "UsedPasskey" });
const OfPasskey = z.object({ passkeyId: z.uuid() });

/** Signing in, and proving again who one is, with a passkey. */
export const passkeySignInRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/passkey/options",
        summary: "Begin to sign in with a passkey",
        description: "The challenge is for this browser, once, for five minutes.",
        tags,
        responses: { 200: json(PasskeyOptions, "The options for the browser.") },
      },
    ),
    async (c) => c.json(await beginAuthentication(c), 200),
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/passkey",
        summary: "Sign in with a passkey",
        description: "It stands for both factors, since the device has checked who uses it.",
        tags,
        request: { body: body(Used) },
        responses: { 200: json(SignedIn, "Signed in; the session is in a cookie.") },
      },
    ),
    async (c) => {
      const { userId } = await finishAuthentication(c, c.req.valid("json").response);
      dropSignInCookie(c, "pending");
      return c.json(await completeSignIn(c, await requireCredentials(c, userId)), 200);
    },
  )
  .openapi(
    route(PERSON, {
      method: "post",
      path: "/api/auth/verify/passkey",
      summary: "Prove again who you are with a passkey",
      tags,
      request: { body: body(Used) },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { userId, sessionId } = requirePerson(c);
      const passkey = await finishAuthentication(c, c.req.valid("json").response);
      if (passkey.userId !== userId)
        throw new ApiError("invalid_input", "This passkey belongs to another account.");
      await markSessionVerified(c.var.deps.db, sessionId);
      return c.body(null, 204);
    },
  );

/** The passkeys of the signed-in person. */
export const passkeyRoutes = createRouter()
  .openapi(
    route(PERSON, {
      method: "get",
      path: "/v1/me/passkeys",
      summary: "List your passkeys",
      tags,
      responses: { 200: json(Passkeys, "All of them, the oldest first.") },
    }),
    async (c) => {
      const rows = await listPasskeys(c.var.deps.db, requirePerson(c).userId);
      return c.json({ items: rows.map(viewPasskey) }, 200);
    },
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/passkeys/options",
      summary: "Begin to add a passkey",
      tags,
      responses: { 200: json(PasskeyOptions, "The options for the browser.") },
    }),
    async (c) =>
      c.json(await beginRegistration(c, await requireCredentials(c, requirePerson(c).userId)), 200),
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/passkeys",
      summary: "Add a passkey",
      tags,
      request: { body: body(NewPasskey) },
      responses: { 201: json(PasskeyView, "It signs you in from now on.") },
    }),
    async (c) => c.json(viewPasskey(await add(c, c.req.valid("json"))), 201),
  )
  .openapi(
    route(PERSON, {
      method: "patch",
      path: "/v1/me/passkeys/{passkeyId}",
      summary: "Rename a passkey",
      tags,
      request: { params: OfPasskey, body: body(PasskeyEdit) },
      responses: { 200: json(PasskeyView, "With its new name.") },
    }),
    async (c) => {
      const ref = { userId: requirePerson(c).userId, ...c.req.valid("param") };
      const renamed = await renamePasskey(c.var.deps.db, ref, c.req.valid("json").name);
      if (renamed === null) throw ApiError.notFound("passkey");
      return c.json(viewPasskey(renamed), 200);
    },
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "delete",
      path: "/v1/me/passkeys/{passkeyId}",
      summary: "Remove a passkey",
      description: "It signs nobody in any more. The password and other passkeys stay.",
      tags,
      request: { params: OfPasskey },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      await remove(c, c.req.valid("param").passkeyId);
      return c.body(null, 204);
    },
  );

function viewPasskey({ id, name, createdAt, lastUsedAt }: PasskeyRow): z.infer<typeof PasskeyView> {
  return { id, name, createdAt: iso(createdAt), lastUsedAt: isoOrNull(lastUsedAt) };
}

async function requireCredentials(c: AppContext, userId: string) {
  const found = await findCredentialsOf(c.var.deps.db, userId);
  if (found === null) throw new ApiError("unauthorized", "This account is gone.");
  return found;
}

async function add(c: AppContext, { name, response }: z.infer<typeof NewPasskey>): Promise<PasskeyRow> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  const made = await finishRegistration(c, userId, response);
  return await db.transaction(async (tx) => {
    if ((await listPasskeys(tx, userId)).length >= PASSKEYS_MAX)
      throw new ApiError("limit_reached", `You have ${PASSKEYS_MAX} passkeys: remove one first.`);
    const stored = await addPasskey(tx, { userId, name, ...made });
    if (stored === null) throw new ApiError("conflict", "This passkey is registered already.");
    await recordSignInChange(c, tx, "passkey-added");
    return stored;
  });
}

async function remove(c: AppContext, passkeyId: string): Promise<void> {
  await c.var.deps.db.transaction(async (tx) => {
    if (!(await removePasskey(tx, { userId: requirePerson(c).userId, passkeyId })))
      throw ApiError.notFound("passkey");
    await recordSignInChange(c, tx, "passkey-removed");
  });
}
