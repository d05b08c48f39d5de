/** The name of the cookie with the session's token. */
export function sessionCookieName(publicUrl: string): string {
  return cookieName(publicUrl, "session_token");
}

/** The full name of one of our cookies. Browsers refuse a `__Host-` cookie that another host of the domain tries to set. */
export function cookieName(publicUrl: string, cookie: string): string {
  return `${publicUrl.startsWith("https://") ? "__Host-" : ""}overdue.${cookie}`;
}
