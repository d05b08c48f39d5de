import {
  findAuthenticator,
  logFailedAttempt,
  seal,
  unseal,
  useAuthenticatorStep,
  useRecoveryCode,
} from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import { Secret, TOTP } from "otpauth";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { refuseIfLimited } from "../http/rate-limits.ts";

const STEP_MS = 30_000;
/** Codes of the step before and after are taken too, for phones whose clock is wrong. */
const STEPS_AROUND = 1;

export const Code = z
  .string()
  .trim()
  .transform((text) => text.replaceAll(/\s/g, ""))
  .pipe(z.string().regex(/^\d{6}$/, "Write the six digits that the app shows."))
  .meta({ description: "Six digits of the authenticator app. A code works once.", example: "123456" });
export const RecoveryCode = z
  .string()
  .trim()
  .min(1, "Write one of the recovery codes.")
  .max(100, "This is not a recovery code.")
  .meta({ description: "One of the ten codes that were shown at set-up. It works once." });

/** A new secret for an authenticator app: its base32 text, and the address that the QR code holds. */
export function newAuthenticatorSecret(of: { email: string; host: string }): { secret: string; uri: string } {
  const secret = new Secret({ size: 20 });
  return { secret: secret.base32, uri: totp(secret, of).toString() };
}

/** The 30-second step to which a code belongs; null if it is no code of these moments. */
export function stepOfCode(secret: string, code: string, now: Instant): number | null {
  const delta = totp(Secret.fromBase32(secret)).validate({
    token: code,
    timestamp: now,
    window: STEPS_AROUND,
  });
  return delta === null ? null : Math.floor(now / STEP_MS) + delta;
}

function totp(secret: Secret, of?: { email: string; host: string }): TOTP {
  const label = of && { issuer: `Overdue (${of.host})`, label: of.email };
  return new TOTP({ ...label, secret, algorithm: "SHA1", digits: 6, period: STEP_MS / 1_000 });
}

function secretContext(userId: string) {
  return { table: "authenticators", column: "secret", rowId: userId, projectId: "" };
}

/** A secret as the database stores it. */
export function sealSecret({ var: { deps } }: AppContext, userId: string, secret: string): string {
  return seal(deps.keyring, secretContext(userId), secret);
}

export function unsealSecret({ var: { deps } }: AppContext, userId: string, sealed: string): string {
  return unseal(deps.keyring, secretContext(userId), sealed);
}

export type SecondFactor = { code?: string | undefined; recoveryCode?: string | undefined };

/**
 * Uses up a code of the person's authenticator app, or a recovery code. Five tries in a quarter of an hour.
 * @throws 400, 429
 */
export async function consumeSecondFactor(
  c: AppContext,
  userId: string,
  factor: SecondFactor,
): Promise<void> {
  const { limits, db, now, clientAddress } = c.var.deps;
  refuseIfLimited(c, await limits.secondFactor(userId), "Too many wrong codes.");
  if (await consumeCode(c, userId, factor)) return await limits.resetSecondFactorLimit(userId);
  const action = "account.second-factor-failed";
  await logFailedAttempt(db, { userId, action, at: now(), address: clientAddress(c) });
  throw factor.code === undefined
    ? ApiError.invalid("recoveryCode", "This recovery code is wrong or was used already.")
    : ApiError.invalid("code", "This code is wrong, too old, or was used already: wait for the next one.");
}

async function consumeCode(
  c: AppContext,
  userId: string,
  { code, recoveryCode }: SecondFactor,
): Promise<boolean> {
  const { db, now } = c.var.deps;
  if (recoveryCode !== undefined) return await useRecoveryCode(db, userId, recoveryCode);
  const authenticator = await findAuthenticator(db, userId);
  if (code === undefined || authenticator === null || authenticator.confirmedAt === null) return false;
  const step = stepOfCode(unsealSecret(c, userId, authenticator.secret), code, now());
  return step !== null && (await useAuthenticatorStep(db, { userId, step }));
}
