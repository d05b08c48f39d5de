import { createHash, timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";

import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError, Problem } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

const FORWARDED = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "cf-connecting-ip",
  "true-client-ip",
];

/** `GET /metrics`, for the operator: from this machine itself, or with the token. */
export const metricsRoute = createRouter().openapi(
  route(
    { auth: "public", uncounted: true },
    {
      method: "get",
      path: "/metrics",
      summary: "Metrics for Prometheus",
      description:
        "With METRICS_TOKEN as the bearer token; or from the machine itself, as long as PUBLIC_URL is one of this machine.",
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
    if (!canRead(c)) throw new ApiError("unauthorized", UNAUTHORIZED);
    return c.text(await c.var.deps.metrics.registry.metrics(), 200);
  },
);

const UNAUTHORIZED =
  "Send METRICS_TOKEN as the bearer token. Without it metrics are read from the machine itself alone, where PUBLIC_URL is one of this machine too: else a proxy on it would open them to everybody.";

function canRead(c: AppContext): boolean {
  const { metricsToken } = c.var.deps.settings;
  const sent = /^Bearer +(.+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (sent !== undefined) return metricsToken !== null && isSame(sent, metricsToken);
  return isFromThisMachine(c);
}

// A proxy on this machine connects from loopback too. Most say for whom; one that does not is there only where people
// reach the product under another name.
function isFromThisMachine(c: AppContext): boolean {
  const forwarded = FORWARDED.some((name) => c.req.header(name) !== undefined);
  const address = c.var.deps.socketAddress(c) ?? "";
  const family = isIP(address);
  const hosts = [c.var.deps.settings.publicUrl, c.req.url].map((url) => new URL(url).hostname);
  return (
    !forwarded &&
    hosts.every(isLocalName) &&
    family !== 0 &&
    LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4")
  );
}

function isLocalName(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return bare === "localhost" || (family !== 0 && LOOPBACK.check(bare, family === 6 ? "ipv6" : "ipv4"));
}

function isSame(sent: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(expected));
}
