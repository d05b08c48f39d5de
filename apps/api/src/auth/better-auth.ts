import { type Db, loggableMessage, PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS, schema } from "@overdue/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import type { Logger } from "pino";

import { noteHiddenError } from "./hidden-errors.ts";

/** The header in which we tell better-auth the client's address; whatever a client writes there is overwritten. */
export const ADDRESS_HEADER = "x-overdue-client-address";

const DAY_SECONDS = 86_400;

export type AuthOptions = {
  db: Db;
  log: Logger;
  publicUrl: string;
  origins: readonly string[];
  secret: string;
};
export type Auth = ReturnType<typeof createAuth>;

/**
 * Accounts and sessions: e-mail and password, sessions in the database and nowhere else (a cached cookie would
 * outlive its revocation).
 */
export function createAuth({ db, log, publicUrl, origins, secret }: AuthOptions) {
  return betterAuth({
    appName: "Overdue",
    baseURL: publicUrl,
    basePath: "/api/auth",
    secret,
    trustedOrigins: [...origins],
    database: drizzleAdapter(db, {
      provider: "pg",
      transaction: true,
      schema: {
        user: schema.users,
        session: schema.sessions,
        account: schema.accounts,
        verification: schema.verifications,
      },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_MIN_CHARS,
      maxPasswordLength: PASSWORD_MAX_CHARS,
      revokeSessionsOnPasswordReset: true,
    },
    session: { expiresIn: 7 * DAY_SECONDS, updateAge: DAY_SECONDS, cookieCache: { enabled: false } },
    rateLimit: { enabled: false }, // ours count per account as well, and in one statement (`limits/limits.ts`)
    advanced: { ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] }, ...cookies(publicUrl) },
    logger: {
      log: (level, message, ...details: unknown[]) => {
        noteHiddenError(details);
        log[level === "error" ? "warn" : "debug"]({ from: "auth" }, loggableMessage(message));
      },
    },
    telemetry: { enabled: false },
  });
}

export function sessionCookieName(publicUrl: string): string {
  return cookieName(publicUrl, "session_token");
}

// Browsers refuse a `__Host-` cookie that another host of the domain tries to set.
function cookieName(publicUrl: string, cookie: string): string {
  return `${publicUrl.startsWith("https://") ? "__Host-" : ""}overdue.${cookie}`;
}

function cookies(publicUrl: string) {
  const secure = publicUrl.startsWith("https://");
  const names = ["session_token", "session_data", "dont_remember", "account_data"];
  return {
    useSecureCookies: false, // its own prefix, `__Secure-`, promises less
    defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax" as const, path: "/" },
    cookies: Object.fromEntries(names.map((name) => [name, { name: cookieName(publicUrl, name) }])),
  };
}
