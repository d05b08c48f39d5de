import type { Config } from "./config.ts";

/** The host names of mail catchers in docker-compose.yml and in their own manuals, and the port that they share. */
const CATCHERS = new Set(["mail", "mailpit", "mailhog", "maildev", "mailcatcher"]);
const CATCHER_PORTS = new Set(["1025"]);

/**
 * A warning if the mail server is a mail catcher, such as that of docker-compose.yml, which accepts every mail and sends
 * none; else null. Mail catchers are recognised by their host names.
 */
export function mailWarning({ smtpUrl }: Pick<Config, "smtpUrl">): string | null {
  const url = smtpUrl === null ? null : URL.parse(smtpUrl);
  if (url === null || !CATCHERS.has(url.hostname) || !CATCHER_PORTS.has(url.port)) return null;
  return `All mail goes to the mail catcher ${url.host}, which shows it and sends none: alerts by e-mail reach nobody. Set SMTP_URL to a real mail server.`;
}

/**
 * A warning if a proxy is probably not trusted, so that all visitors count as one; else null. Overdue does not serve https
 * itself, so an https PUBLIC_URL means a proxy, which may be on another machine unless Overdue listens only on this one.
 */
export function proxyWarning({ publicUrl, host, trustsOnlyThisMachine }: Config): string | null {
  const isLocal = host === "localhost" || host === "::1" || host.startsWith("127.");
  if (!publicUrl.startsWith("https://") || isLocal || !trustsOnlyThisMachine) return null;
  return "PUBLIC_URL is https, so a proxy stands in front, and TRUST_PROXY is not set: unless the proxy runs on this machine, all visitors count as one in limits and logs. Set TRUST_PROXY to the proxy's address or network.";
}
