import {
  consumeAccountToken,
  findAccountToken,
  findUser,
  logAccountEvent,
  setPassword,
  verifyAddress,
} from "@overdue/db";
import { hashPassword } from "better-auth/crypto";

import { type AppContext, personOf } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { needsMail, sendAccountMail, tellPasswordChanged } from "./account-mail.ts";
import { refuseWeak } from "./passwords.ts";
import { usedUp } from "./sign-up.ts";

/** Sends a link to a new password, where the address has an account. @throws 403 where no mail can be sent */
export async function requestReset(c: AppContext, email: string): Promise<void> {
  needsMail(c, "Ask whoever runs this installation, who has `npm run admin -- user reset`.");
  await sendAccountMail(c, { kind: "reset", email });
}

/** Sets the password that the link allows, ends every session, and tells the person by mail. @throws 400, 404 */
export async function finishReset(
  c: AppContext,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const { db, limits, now, clientAddress } = c.var.deps;
  const found = await findAccountToken(db, "reset", token);
  if (found === null) throw usedUp("Ask for another with “Forgot password?”.");
  refuseWeak(password, found.email);
  const passwordHash = await hashPassword(password);
  await db.transaction(async (tx) => {
    const used = await consumeAccountToken(tx, "reset", token);
    const userId = used?.userId ?? null;
    if (userId === null) throw usedUp("Ask for another with “Forgot password?”.");
    await setPassword(tx, { userId, passwordHash });
    await verifyAddress(tx, userId); // the link was in its mailbox
    await tellPasswordChanged(c, tx, found.email);
    await logAccountEvent(tx, {
      userId,
      action: "account.reset-password",
      at: now(),
      address: clientAddress(c),
    });
  });
  await limits.forgetFailures(found.email);
}

/** Sends whoever asks the link that proves their address. @throws 403, 409 */
export async function requestVerification(c: AppContext): Promise<void> {
  const user = await findUser(c.var.deps.db, personOf(c).userId);
  if (user === null) throw new ApiError("unauthorized", "Sign in.");
  if (user.emailVerified) throw new ApiError("conflict", "Your address is confirmed already.");
  needsMail(c, "The operator must set SMTP_URL first.");
  await sendAccountMail(c, { kind: "verify", email: user.email });
}

/** @throws 404 */
export async function finishVerification(c: AppContext, token: string): Promise<void> {
  const { db, now, clientAddress } = c.var.deps;
  const used = await db.transaction((tx) => consumeAccountToken(tx, "verify", token));
  const userId = used?.userId ?? null;
  if (userId === null) throw usedUp("Sign in and ask for another.");
  await verifyAddress(db, userId);
  await logAccountEvent(db, {
    userId,
    action: "account.verify-address",
    at: now(),
    address: clientAddress(c),
  });
}
