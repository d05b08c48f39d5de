import { getCookie, setCookie } from "hono/cookie";

import type { AppContext } from "../http/context.ts";
import { cookieAttributes, cookieName } from "../http/cookies.ts";

/** A cookie that holds the token of a sign-in that is under way. */
type SignInCookie = "pending" | "passkey" | "oidc";

/** Sets a cookie that only this server reads, for so many seconds. */
export function setSignInCookie(
  c: AppContext,
  name: SignInCookie,
  { value, seconds }: { value: string; seconds: number },
): void {
  const { publicUrl } = c.var.deps.settings;
  setCookie(c, cookieName(publicUrl, name), value, cookieAttributes(publicUrl, seconds));
}

/** The cookie's value; empty if there is none. */
export function readSignInCookie(c: AppContext, name: SignInCookie): string {
  return getCookie(c, cookieName(c.var.deps.settings.publicUrl, name)) ?? "";
}

export function dropSignInCookie(c: AppContext, name: SignInCookie): void {
  setSignInCookie(c, name, { value: "", seconds: 0 });
}
