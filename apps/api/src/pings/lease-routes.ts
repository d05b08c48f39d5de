import { askForLease, type PingTarget } from "@overdue/db";
import { z } from "zod";

import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { iso, Timestamp } from "../http/schemas.ts";
import { readPingUrl } from "./ping-url.ts";

const TTL_SECONDS_MIN = 10;
const TTL_SECONDS_MAX = 3_600;
const HOST_CHARS_MAX = 253;

const LeaseInput = z
  .object({
    check: z.string().max(300).meta({
      description:
        "What stands behind `/ping/` in the check's ping URL: its UUID, or `<ping key>/<slug>`. It is the permission.",
    }),
    create: z
      .boolean()
      .default(false)
      .meta({ description: "Whether to make the check if there is none of this slug." }),
    owner: z.uuid().meta({ description: "The run that asks, by an id of its own." }),
    host: z.string().trim().min(1).max(HOST_CHARS_MAX),
    ttlSeconds: z.int().refine((ttl) => ttl === 0 || (ttl >= TTL_SECONDS_MIN && ttl <= TTL_SECONDS_MAX), {
      error: `Use ${TTL_SECONDS_MIN} to ${TTL_SECONDS_MAX} seconds, or 0 to give the lease back.`,
    }),
  })
  .meta({ id: "LeaseInput" });

const LeaseView = z
  .object({
    held: z
      .boolean()
      .meta({ description: "Whether this run holds the lease now, or held it until it gave it back." }),
    fence: z.int().meta({ description: "The holder's fencing number: it grows with every new holder." }),
    host: z.string().meta({ description: "The holder's host." }),
    since: Timestamp,
    expiresAt: Timestamp,
  })
  .meta({ id: "Lease" });

export const leaseRoutes = createRouter().openapi(
  route(
    { auth: "self-checked" },
    {
      method: "post",
      path: "/v1/lease",
      summary: "Take, renew or give back the lease of a check",
      description:
        "For jobs on several hosts of which one may run at a time (`overdue run --lock server`). A lease is over at `expiresAt` by Overdue's clock unless its owner asks again.",
      tags: ["Pings"],
      request: { body: body(LeaseInput) },
      responses: { 200: json(LeaseView, "The lease as it stands: this run's, or another's.") },
    },
  ),
  async (c) => {
    const { check, create, ...asked } = c.req.valid("json");
    const lease = await askForLease(c.var.deps.pool, { target: targetOf(check, create), ...asked });
    if (lease === "unknown") throw ApiError.notFound("check");
    if (lease === "ambiguous")
      throw new ApiError(
        "conflict",
        "Several checks have this slug: give each its own, or name the check by its UUID.",
      );
    const { isHeld, fence, host, since, expiresAt } = lease;
    return c.json({ held: isHeld, fence, host, since: iso(since), expiresAt: iso(expiresAt) }, 200);
  },
);

/** The check as a ping URL names it. @throws 404 for what no ping URL can name */
function targetOf(check: string, create: boolean): PingTarget {
  const read = readPingUrl(check, new URLSearchParams(create ? "create=1" : ""));
  if (read.kind !== "ping" || read.action !== "success" || read.exitStatus !== null)
    throw ApiError.notFound("check");
  return read.target;
}
