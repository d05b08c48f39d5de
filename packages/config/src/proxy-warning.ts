import type { Config } from "./config.ts";

/**
 * What to say at a start where a proxy must stand in front (nothing here speaks https), may stand on another machine, and
 * TRUST_PROXY names none: all visitors would count as one. Null where nothing speaks for that.
 */
export function proxyWarning({ publicUrl, host, trustsOnlyThisMachine }: Config): string | null {
  const isLocal = host === "localhost" || host === "::1" || host.startsWith("127.");
  if (!publicUrl.startsWith("https://") || isLocal || !trustsOnlyThisMachine) return null;
  return "PUBLIC_URL is https, so a proxy stands in front, and TRUST_PROXY is not set: unless the proxy runs on this machine, all visitors count as one in limits and logs. Set TRUST_PROXY to the proxy's address or network.";
}
