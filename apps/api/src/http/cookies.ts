/** The name of the cookie with the session's token. */
export function sessionCookieName(publicUrl: string): string {
  return cookieName(publicUrl, "session_token");
}

/** The full name of one of our cookies. Browsers refuse a `__Host-` cookie that another host of the domain tries to set. */
export function cookieName(publicUrl: string, cookie: string): string {
  return `${isHttps(publicUrl) ? "__Host-" : ""}overdue.${cookie}`;
}

/**
 * The attributes of a cookie that only this server reads, for so many seconds. It also comes along when another site sends
 * the browser here, as a provider of sign-ins does.
 */
export function cookieAttributes(publicUrl: string, seconds: number) {
  const secure = isHttps(publicUrl);
  return { path: "/", httpOnly: true, sameSite: "Lax", secure, maxAge: seconds } as const;
}

/** Whether browsers reach this instance by HTTPS, so that they must keep its cookies from plain HTTP. */
export function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith("https://");
}
