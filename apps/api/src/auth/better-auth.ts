import { AsyncLocalStorage } from "node:async_hooks";

import { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from "@overdue/core";
import {
  classifyDatabaseError,
  type Db,
  endSession,
  hashPassword,
  loggableMessage,
  schema,
  verifyPassword,
} from "@overdue/db";
import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { DAY_MS, DAY_SECONDS, type Instant } from "@overdue/schedules";
import type { Logger } from "pino";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { cookieName, isHttps } from "../http/cookies.ts";
import { ApiError, codeForStatus, type ProblemCode } from "../http/problem.ts";

const calls = new AsyncLocalStorage<{ error: unknown }>();

/**
 * Runs a call of better-auth. On an error of the database, better-auth only logs it and reports another failure, or even
 * success, as when a session could not be ended. Here the database's own error is thrown instead.
 */
async function rethrowingDatabaseErrors<T>(call: () => Promise<T>): Promise<T> {
  const seen: { error: unknown } = { error: null };
  try {
    const result = await calls.run(seen, call);
    if (seen.error === null) return result;
  } catch (error) {
    if (seen.error === null) throw error;
  }
  throw seen.error;
}

/** Keeps an error that better-auth logs, if it is a passing problem of the database. */
function recordDatabaseError(details: readonly unknown[]): void {
  const call = calls.getStore();
  if (call !== undefined) call.error ??= details.find((one) => classifyDatabaseError(one) !== null) ?? null;
}

/** The header in which better-auth gets the client's address from us; a value that a client sends is overwritten. */
const ADDRESS_HEADER = "x-overdue-client-address";

/**
 * Gives better-auth an endpoint that starts a session for somebody whom we have recognised ourselves. It has no path, so that
 * no request can reach it.
 */
const sessionStarter = {
  id: "overdue-session-starter",
  endpoints: {
    startSession: createAuthEndpoint.serverOnly(
      { method: "POST", body: z.object({ userId: z.string() }) },
      async (ctx) => {
        const { internalAdapter } = ctx.context;
        const user = await internalAdapter.findUserById(ctx.body.userId);
        const session = user === null ? null : await internalAdapter.createSession(user.id);
        if (user === null || session === null) throw new Error("The session could not be stored.");
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ sessionId: session.id });
      },
    ),
  },
} satisfies BetterAuthPlugin;

type AuthOptions = {
  db: Db;
  log: Logger;
  publicUrl: string;
  origins: readonly string[];
  secret: string;
};
export type Auth = ReturnType<typeof createAuth>;

/**
 * Accounts and sessions, with e-mail address and password. Sessions are only in the database, since a cached cookie would
 * outlive its revocation.
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
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    session: {
      expiresIn: 7 * DAY_SECONDS,
      updateAge: DAY_SECONDS,
      cookieCache: { enabled: false },
      additionalFields: {
        verifiedAt: { type: "date", required: false, input: false },
        trustedAs: { type: "string", required: false, input: false },
      },
    },
    plugins: [sessionStarter],
    rateLimit: { enabled: false }, // ours also count per account (`limits/limits.ts`)
    advanced: { ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] }, ...cookies(publicUrl) },
    logger: {
      log: (level, message, ...details: unknown[]) => {
        recordDatabaseError(details);
        log[level === "error" ? "warn" : "debug"]({ from: "auth" }, loggableMessage(message));
      },
    },
    telemetry: { enabled: false },
  });
}

function cookies(publicUrl: string) {
  const secure = isHttps(publicUrl);
  const names = ["session_token", "session_data", "dont_remember", "account_data"];
  return {
    useSecureCookies: false, // its prefix `__Secure-` is weaker than `__Host-`
    defaultCookieAttributes: { secure, httpOnly: true, sameSite: "lax" as const, path: "/" },
    cookies: Object.fromEntries(names.map((name) => [name, { name: cookieName(publicUrl, name) }])),
  };
}

/** A session ends after this time, however much it is used; a maintenance job deletes it. */
const SESSION_MS_MAX = 30 * DAY_MS;

/** `setCookies`: the cookies that the response must set to prolong the session. */
type FoundSession = {
  userId: string;
  sessionId: string;
  /** When the person last proved who they are. */
  verifiedAt: Instant;
  /** The address by which a proxy in front named the person; null: they signed in another way. */
  trustedAs: string | null;
  setCookies: readonly string[];
};

/** Finds the session of a request's cookie. */
export type Sessions = { find: (headers: Headers) => Promise<FoundSession | null> };

export function createSessions(auth: Auth): Sessions {
  return { find: async (headers) => (headers.has("cookie") ? await find(auth, headers) : null) };
}

async function find(auth: Auth, headers: Headers): Promise<FoundSession | null> {
  const get = (disableRefresh: boolean) =>
    rethrowingDatabaseErrors(() =>
      auth.api.getSession({ headers, returnHeaders: true, query: { disableRefresh } }),
    );
  // Once a day a session is prolonged by a write. While the database is read-only, the session is read without that.
  const { response, headers: answered } = await get(false).catch((error: unknown) => {
    if (classifyDatabaseError(error) !== "read-only") throw error;
    return get(true);
  });
  if (response === null) return null;
  if (Date.now() - response.session.createdAt.getTime() > SESSION_MS_MAX) return null;
  return {
    userId: response.user.id,
    sessionId: response.session.id,
    verifiedAt: (response.session.verifiedAt ?? response.session.createdAt).getTime(),
    trustedAs: response.session.trustedAs ?? null,
    setCookies: answered.getSetCookie(),
  };
}

const Refusal = z.object({ code: z.string().optional(), message: z.string().optional() });

/** Our sentences for better-auth's refusals. Each names the way out, and none reveals which accounts exist. */
const SENTENCES: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: "The e-mail address or the password is wrong.",
  INVALID_EMAIL: "The e-mail address or the password is wrong.",
  INVALID_PASSWORD: "The password is wrong.",
  PASSWORD_TOO_SHORT: `password: Use at least ${PASSWORD_MIN_CHARS} characters.`,
  PASSWORD_TOO_LONG: `password: Use at most ${PASSWORD_MAX_CHARS} characters.`,
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL:
    "This account could not be created. If you have one already, sign in.",
  USER_ALREADY_EXISTS: "This account could not be created. If you have one already, sign in.",
};

/** Our status for refusals whose status in better-auth would reveal too much, or means something else here. */
const STATUS: Record<string, ProblemCode> = {
  INVALID_EMAIL: "unauthorized",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "conflict",
  USER_ALREADY_EXISTS: "conflict",
};

/**
 * Calls better-auth through its HTTP handler, so that its checks apply, and passes on its cookies. @throws ApiError for
 * everything that it refuses
 */
export async function callAuth(c: AppContext, path: string, body: Record<string, unknown>): Promise<unknown> {
  const { auth, settings } = c.var.deps;
  const request = new Request(`${settings.publicUrl}/api/auth${path}`, {
    method: "POST",
    headers: headersFor(c),
    body: JSON.stringify(body),
  });
  const response = await rethrowingDatabaseErrors(() => auth.handler(request));
  if (!response.ok) throw await refusal(response);
  for (const cookie of response.headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
  return await response.json();
}

/**
 * Starts a session for a person who has proved who they are, in place of the session that this browser had before.
 * @returns the session's id
 */
export async function startSession(c: AppContext, userId: string): Promise<string> {
  const { auth, db, sessions } = c.var.deps;
  const before = await sessions.find(c.req.raw.headers);
  const { response, headers } = await rethrowingDatabaseErrors(() =>
    auth.api.startSession({ body: { userId }, headers: headersFor(c), returnHeaders: true }),
  );
  if (before !== null) await endSession(db, before);
  for (const cookie of headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
  return response.sessionId;
}

function headersFor(c: AppContext): Headers {
  const headers = new Headers({ "content-type": "application/json", origin: c.var.deps.settings.publicUrl });
  for (const name of ["cookie", "user-agent"]) {
    const value = c.req.header(name);
    if (value !== undefined) headers.set(name, value);
  }
  const address = c.var.deps.clientAddress(c);
  if (address !== null) headers.set(ADDRESS_HEADER, address);
  return headers;
}

async function refusal(response: Response): Promise<ApiError> {
  const { code = "", message } = Refusal.catch({}).parse(await response.json().catch(() => ({})));
  return new ApiError(
    STATUS[code] ?? codeForStatus(response.status),
    SENTENCES[code] ?? "This was refused: check the fields and try again.",
    { cause: message },
  );
}
