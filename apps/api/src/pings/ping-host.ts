import type { MiddlewareHandler } from "hono";

import type { Pings } from "../deps.ts";

/** On the host that is for pings alone, every path is a ping's; on any other this does nothing. */
export function pingHostOnly(pingHost: string | null, pings: Pick<Pings, "ping">): MiddlewareHandler {
  return async (c, next) => {
    if (pingHost === null || c.req.header("host")?.toLowerCase() !== pingHost.toLowerCase()) await next();
    else return await pings.ping(c, c.req.path.slice(1));
  };
}
