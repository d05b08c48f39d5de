import type { MiddlewareHandler } from "hono";

import type { Pings } from "../deps.ts";

/** A ping's own secret, or a key of a project and a slug: what an app's page never begins with. */
const PING_PATH =
  /^\/+(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\/|$)|[-A-Za-z0-9_]{22,}\/+[-A-Za-z0-9_]+)/i;

/**
 * On the hosts that are for pings alone, every path is a ping's; on any other this does nothing. HTTP/1.0 has no Host:
 * there the path alone must say that it is a ping.
 */
export function pingHostOnly(pingHosts: readonly string[], pings: Pick<Pings, "ping">): MiddlewareHandler {
  const hosts = new Set(pingHosts.map(withoutStandardPort));
  return async (c, next) => {
    if (hosts.size === 0) return await next();
    const host = c.req.header("host")?.trim() ?? "";
    const isForPings = host === "" ? PING_PATH.test(c.req.path) : hosts.has(withoutStandardPort(host));
    if (!isForPings) return await next();
    // The path of the other hosts is taken too.
    return await pings.ping(c, c.req.path.replace(/^\/+(?:ping\/+)?/, ""));
  };
}

function withoutStandardPort(host: string): string {
  return host.toLowerCase().replace(/\.?(?::(?:80|443))?$/, "");
}
