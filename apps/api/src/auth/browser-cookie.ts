import { getCookie, setCookie } from "hono/cookie";

import type { AppContext } from "../http/context.ts";
import { cookieName } from "./cookie-names.ts";

/** A cookie that holds the token of a sign-in that is under way. */
type Name = "pending" | "passkey" | "oidc";

/** Sets a cookie that only this server reads, for so many seconds. */
export function setBrowserCookie(
  c: AppContext,
  name: Name,
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
export function readBrowserCookie(c: AppContext, name: Name): string {
  return getCookie(c, cookieName(c.var.deps.settings.publicUrl, name)) ?? "";
}

export function dropBrowserCookie(c: AppContext, name: Name): void {
  setBrowserCookie(c, name, { value: "", seconds: 0 });
}
