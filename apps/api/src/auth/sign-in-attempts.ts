import { createHash, randomUUID } from "node:crypto";

import { derive } from "@overdue/db";
import { DAY_MS, DAY_SECONDS } from "@overdue/schedules";
import { getSignedCookie, setSignedCookie } from "hono/cookie";
import { z } from "zod";

import { type AppContext, requirePerson } from "../http/context.ts";
import { cookieAttributes, cookieName } from "../http/cookies.ts";
import { clientAddressGroup, refuseIfLimited } from "../http/rate-limits.ts";

const DAYS_VALID = 180;
const ACCOUNTS_MAX = 5;

/** The content of the cookie by which a browser is recognised. */
const DeviceCookie = z.object({
  id: z.uuid(),
  accounts: z.array(z.string().max(64)).max(ACCOUNTS_MAX),
  until: z.int(),
});

/** A browser that signed in before. `accounts`: hashes of the accounts' addresses, newest first. */
type Device = { id: string; accounts: readonly string[] };

/** The id of the browser, if its cookie shows that it signed in to this account before; else null. */
async function findDevice(c: AppContext, email: string): Promise<string | null> {
  const device = await readDevice(c);
  return device?.accounts.includes(accountHash(email)) === true ? device.id : null;
}

/** Gives this browser a cookie, so that strangers' wrong passwords do not slow down its next sign-in. */
export async function rememberDevice(c: AppContext, email: string): Promise<void> {
  const { settings, now } = c.var.deps;
  const [secret] = settings.secretKeys;
  if (secret === undefined) return;
  const before = await readDevice(c);
  const account = accountHash(email);
  const others = (before?.accounts ?? []).filter((other) => other !== account);
  const stored: z.input<typeof DeviceCookie> = {
    id: before?.id ?? randomUUID(),
    accounts: [account, ...others].slice(0, ACCOUNTS_MAX),
    until: now() + DAYS_VALID * DAY_MS,
  };
  const value = Buffer.from(JSON.stringify(stored)).toString("base64url");
  const { publicUrl } = settings;
  const attributes = cookieAttributes(publicUrl, DAYS_VALID * DAY_SECONDS);
  await setSignedCookie(c, cookieName(publicUrl, "device"), value, signingSecret(secret), attributes);
}

async function readDevice(c: AppContext): Promise<Device | null> {
  const { settings, now } = c.var.deps;
  for (const secret of settings.secretKeys) {
    const value = await getSignedCookie(c, signingSecret(secret), cookieName(settings.publicUrl, "device"));
    if (typeof value !== "string") continue;
    const device = DeviceCookie.parse(JSON.parse(Buffer.from(value, "base64url").toString("utf8")));
    return device.until > now() ? device : null;
  }
  return null;
}

function accountHash(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("base64url").slice(0, 22);
}

function signingSecret(secret: string): string {
  return derive(secret, "device cookie").toString("base64");
}

/**
 * Runs an attempt to sign in. After wrong passwords each attempt waits longer, but a stranger who knows an address cannot lock
 * its owner out: nobody is refused because of strangers' attempts, and a browser that signed in before does not even wait.
 * Only a network that floods us is refused for some minutes. @throws 429
 */
export async function attemptSignIn<T>(c: AppContext, email: string, attempt: () => Promise<T>): Promise<T> {
  const { limits } = c.var.deps;
  const group = clientAddressGroup(c);
  const deviceId = await findDevice(c, email);
  if (deviceId === null || (await limits.signInOfDevice(deviceId)).isRefused) {
    refuseIfLimited(c, await limits.signInOfAddress(group), "Too many attempts from your network.");
    await waitForTurn(c, email);
  }
  const outcome = await attempt();
  await limits.recordSignIn({ email, group, deviceId });
  return outcome;
}

async function waitForTurn(c: AppContext, email: string): Promise<void> {
  const { limits, pause } = c.var.deps;
  const waitMs = await limits.signInDelayMs(email, clientAddressGroup(c));
  if (waitMs > 0) await pause(waitMs);
}

/** @throws 429 */
export async function limitSignUps(c: AppContext): Promise<void> {
  refuseIfLimited(
    c,
    await c.var.deps.limits.signUp(clientAddressGroup(c)),
    "Too many accounts from your network.",
  );
}

/** Limits requests for mails and for the links in them. @throws 429 */
export async function limitMailLinkRequests(c: AppContext): Promise<void> {
  refuseIfLimited(
    c,
    await c.var.deps.limits.mailRequest(clientAddressGroup(c)),
    "Too many requests from your network.",
  );
}

/** @throws 429 */
export async function limitPasswordChanges(c: AppContext): Promise<void> {
  const state = await c.var.deps.limits.passwordChange(requirePerson(c).userId);
  refuseIfLimited(c, state, "Too many attempts to change the password.");
}
