import type { Config } from "./config.ts";

/** The names that a catcher of mail has in docker-compose.yml and in its own instructions, and the port they share. */
const CATCHERS = new Set(["mail", "mailpit", "mailhog", "maildev", "mailcatcher"]);
const CATCHER_PORTS = new Set(["1025"]);

/**
 * What to say at a start where the mail server is a catcher, such as that of docker-compose.yml: it takes every mail
 * and sends none. Null where it is none, as far as its name says.
 */
export function mailWarning({ smtpUrl }: Pick<Config, "smtpUrl">): string | null {
  const url = smtpUrl === null ? null : URL.parse(smtpUrl);
  if (url === null || !CATCHERS.has(url.hostname) || !CATCHER_PORTS.has(url.port)) return null;
  return `All mail goes to the mail catcher ${url.host}, which shows it and sends none: alerts by e-mail reach nobody. Set SMTP_URL to a real mail server.`;
}
