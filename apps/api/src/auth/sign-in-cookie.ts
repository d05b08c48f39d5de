import { getCookie, setCookie } from "hono/cookie";

import type { AppContext } from "../http/context.ts";
import { cookieName } from "./cookie-names.ts";

/** A cookie that holds the token of a sign-in that is under way. */
type SignInCookie = "pending" | "passkey" | "oidc";

/** Sets a cookie that only this server reads, for so many seconds. */
export function setSignInCookie(
  c: AppContext,
  name: SignInCookie,
  { value, seconds: maxAge }: { value: string; seconds: number },
): void {
  const { publicUrl } = c.var.deps.settings;
  setCookie(c, cookieName(publicUrl, name), value, {
    path: "/",
    httpOnly: true,
    // A provider of sign-ins sends the browser back from another site.
    sameSite: "Lax",
    secure: publicUrl.startsWith("https://"),
    maxAge,
  });
}

/** The cookie's value; empty if there is none. */
export function readSignInCookie(c: AppContext, name: SignInCookie): string {
  return getCookie(c, cookieName(c.var.deps.settings.publicUrl, name)) ?? "";
}

export function dropSignInCookie(c: AppContext, name: SignInCookie): void {
  setSignInCookie(c, name, { value: "", seconds: 0 });
}
