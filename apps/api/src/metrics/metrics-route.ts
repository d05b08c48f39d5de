import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";

import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError, Problem } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** `GET /metrics`, for the operator: from this machine itself, or with the token. */
export const metricsRoute = createRouter().openapi(
  route(
    { auth: "public", uncounted: true },
    {
      method: "get",
      path: "/metrics",
      summary: "Metrics for Prometheus",
      description:
        "From the machine itself (not through a proxy), or with METRICS_TOKEN as the bearer token.",
      tags: ["Instance"],
      responses: {
        200: { description: "Prometheus' text format.", content: { "text/plain": { schema: z.string() } } },
        401: {
          description: "Neither from this machine nor with the token.",
          content: { "application/problem+json": { schema: Problem } },
        },
      },
    },
  ),
  async (c) => {
    if (!mayRead(c))
      throw new ApiError("unauthorized", "Ask from the machine itself, or send METRICS_TOKEN.");
    return c.text(await c.var.deps.metrics.registry.metrics(), 200);
  },
);

function mayRead(c: AppContext): boolean {
  const { metricsToken } = c.var.deps.settings;
  const sent = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (sent !== undefined) return metricsToken !== null && isSame(sent, metricsToken);
  return isFromThisMachine(c);
}

// A proxy on this machine connects from loopback too, but says for whom.
function isFromThisMachine(c: AppContext): boolean {
  const forwarded = ["x-forwarded-for", "forwarded", "via", "x-real-ip"].some(
    (name) => c.req.header(name) !== undefined,
  );
  const address = c.var.deps.socketAddress(c) ?? "";
  const family = isIP(address);
  return !forwarded && family !== 0 && LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4");
}

function isSame(sent: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(expected));
}
