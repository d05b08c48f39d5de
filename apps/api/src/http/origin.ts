import type { AppContext } from "./context.ts";
import { ApiError } from "./problem.ts";

/**
 * Cross-site request forgery: what changes something by cookie must come from our own pages. A browser always names
 * the origin of a POST; where none is named, it must at least call the fetch same-origin.
 * @throws 403
 */
export function checkOrigin(c: AppContext): void {
  if (c.req.method === "GET" || c.req.method === "HEAD") return;
  const origin = c.req.header("origin");
  const ours = origin === undefined ? c.req.header("sec-fetch-site") === "same-origin" : isOurs(c, origin);
  if (!ours) throw new ApiError("forbidden", "This request did not come from Overdue's own pages.");
}

function isOurs(c: AppContext, origin: string): boolean {
  return c.var.deps.settings.origins.includes(origin);
}
