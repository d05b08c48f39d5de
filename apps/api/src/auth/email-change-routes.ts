import {
  cancelEmailChange,
  confirmEmailChange,
  consumeAccountToken,
  endOtherSessions,
  endSessions,
  findAccountToken,
  findEmailChange,
  findUser,
  queueAccountMail,
  startEmailChange,
  type Tx,
} from "@overdue/db";
import { z } from "zod";

import { FRESH_PERSON, PERSON } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { refuseIfLimited } from "../http/rate-limits.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/schemas.ts";
import { queueAccountMailWithinLimit, recordAccountEvent, requireMail } from "./account-events.ts";
import { EmailInput, TokenInput } from "./account-input.ts";
import { limitMailLinkRequests } from "./sign-in-attempts.ts";
import { expiredLink } from "./sign-up.ts";

const tags = ["Account"];
const EmailChangeInput = z.strictObject({ email: EmailInput }).meta({ id: "EmailChangeInput" });
const ByLink = z.strictObject({ token: TokenInput }).meta({ id: "EmailChangeLink" });

const EmailChangeView = z
  .object({
    email: z.string().meta({ description: "The address as it is." }),
    newEmail: z
      .string()
      .nullable()
      .meta({ description: "The address that it is to become; null: no change waits." }),
    isConfirmedByOld: z.boolean(),
    isConfirmedByNew: z.boolean(),
    expiresAt: Timestamp.nullable().meta({
      description: "When the change ends unless both have confirmed it.",
    }),
  })
  .meta({ id: "EmailChange" });

const Confirmed = z
  .object({
    state: z
      .enum(["changed", "waiting"])
      .meta({ description: "waiting: the other address is to confirm too." }),
  })
  .meta({ id: "EmailChangeConfirmed" });

/** The change of an account's address, which both addresses confirm. */
export const emailChangeRoutes = createRouter()
  .openapi(
    route(PERSON, {
      method: "get",
      path: "/v1/me/email-change",
      summary: "Read the change of your address that waits",
      tags,
      responses: { 200: json(EmailChangeView, "The change, or nulls.") },
    }),
    async (c) => c.json(await viewChange(c), 200),
  )
  .openapi(
    route(FRESH_PERSON, {
      method: "post",
      path: "/v1/me/email-change",
      summary: "Change the address of your account",
      description:
        "Sends a link to both addresses; the address changes once both have confirmed. The answer is the same whether or not the new address has an account. Needs a mail server.",
      tags,
      request: { body: body(EmailChangeInput) },
      responses: { 202: json(EmailChangeView, "The change waits for both addresses.") },
    }),
    async (c) => {
      await start(c, c.req.valid("json").email);
      return c.json(await viewChange(c), 202);
    },
  )
  .openapi(
    route(PERSON, {
      method: "delete",
      path: "/v1/me/email-change",
      summary: "Cancel the change of your address",
      tags,
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      const { userId } = requirePerson(c);
      if (!(await c.var.deps.db.transaction((tx) => cancelEmailChange(tx, userId))))
        throw ApiError.notFound("change of the address");
      await recordAccountEvent(c, c.var.deps.db, { userId, action: "account.email-change-cancelled" });
      return c.body(null, 204);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/email-change/confirm",
        summary: "Confirm the change of an address with the link of a mail",
        description:
          "The second of the two confirmations changes the address, ends every other session of the account, and ends the links that were sent to the former address.",
        tags,
        request: { body: body(ByLink) },
        responses: { 200: json(Confirmed, "It counts.") },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      return c.json({ state: await confirm(c, c.req.valid("json").token) }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "post",
        path: "/api/auth/email-change/stop",
        summary: "Stop the change of an address with the link of a mail",
        description: "From the account's present address this also ends every session of the account.",
        tags,
        request: { body: body(ByLink) },
        responses: { 204: NO_CONTENT },
      },
    ),
    async (c) => {
      await limitMailLinkRequests(c);
      await stop(c, c.req.valid("json").token);
      return c.body(null, 204);
    },
  );

async function viewChange(c: AppContext): Promise<z.infer<typeof EmailChangeView>> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  const [user, change] = await Promise.all([findUser(db, userId), findEmailChange(db, userId)]);
  return {
    email: user?.email ?? "",
    newEmail: change?.newEmail ?? null,
    isConfirmedByOld: change !== null && change.oldConfirmedAt !== null,
    isConfirmedByNew: change !== null && change.newConfirmedAt !== null,
    expiresAt: change === null ? null : iso(change.expiresAt),
  };
}

/** @throws 400, 403, 429 */
async function start(c: AppContext, newEmail: string): Promise<void> {
  const { db } = c.var.deps;
  const { userId } = requirePerson(c);
  requireMail(c, "Until then the operator can change it: `npm run admin -- user change-email`.");
  const { email = "" } = (await findUser(db, userId)) ?? {};
  refuseIfLimited(
    c,
    await c.var.deps.limits.accountMail(email, "email-change"),
    "Too many changes of the address.",
  );
  if (email === newEmail) throw ApiError.invalid("email", "This is your address already.");
  await db.transaction(async (tx) => {
    const before = await startEmailChange(tx, { userId, newEmail });
    if (before?.isVerified === true)
      await queueAccountMail(tx, { kind: "email-change", email: before.email, userId });
    await recordAccountEvent(c, tx, { userId, action: "account.email-change-requested" });
  });
  await queueAccountMailWithinLimit(c, { kind: "email-change", email: newEmail, userId });
}

/** @throws 404; 409 if another account has got the address */
async function confirm(c: AppContext, token: string): Promise<"changed" | "waiting"> {
  const { db } = c.var.deps;
  const outcome = await db.transaction(async (tx) => {
    const used = await consumeAccountToken(tx, "email-change", token);
    const userId = used?.userId ?? null;
    if (used === null || userId === null) return { kind: "ended" as const };
    const confirmed = await confirmEmailChange(tx, { userId, from: used.email });
    if (confirmed.kind !== "changed") return confirmed;
    await endSessionsElsewhere(c, tx, userId);
    if (confirmed.wasVerified)
      await queueAccountMail(tx, { kind: "email-changed", email: confirmed.before, userId });
    const changes = { email: { before: confirmed.before, after: confirmed.after } };
    await recordAccountEvent(c, tx, { userId, action: "account.change-email", changes });
    return confirmed;
  });
  if (outcome.kind === "taken")
    throw new ApiError("conflict", "Another account has this address by now: the change has ended.");
  if (outcome.kind === "ended") throw expiredLink("Begin the change anew on the page of your account.");
  return outcome.kind;
}

/** Keeps the session in which the link was opened, if it is the account's. */
async function endSessionsElsewhere(c: AppContext, tx: Tx, userId: string): Promise<void> {
  const session = await c.var.deps.sessions.find(c.req.raw.headers);
  if (session?.userId === userId) await endOtherSessions(tx, userId, session.sessionId);
  else await endSessions(tx, userId);
}

/** @throws 404 */
async function stop(c: AppContext, token: string): Promise<void> {
  const { db } = c.var.deps;
  await db.transaction(async (tx) => {
    const found = await findAccountToken(tx, "email-change", token);
    const userId = found?.userId ?? null;
    if (found === null || userId === null) throw expiredLink("The change may have ended already.");
    const isOwn = (await findUser(tx, userId))?.email === found.email;
    await cancelEmailChange(tx, userId);
    // Who asked for the change was signed in.
    if (isOwn) await endSessions(tx, userId);
    await recordAccountEvent(c, tx, { userId, action: "account.email-change-stopped" });
  });
}
