import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ownPath } from "../http/own-path.ts";
import { ApiError } from "../http/problem.ts";
import { createRouter, route } from "../http/route.ts";
import { nameByProxy, emailByProxy } from "../http/trusted-header.ts";
import { findOrCreateAccount, signInProblemPath } from "./external-account.ts";
import { continueSignInByRedirect } from "./sign-in.ts";

/** Signing in as the proxy in front names the person. A browser comes here by a link, so the answer is a redirect. */
export const trustedHeaderRoutes = createRouter().openapi(
  route(
    { auth: "public" },
    {
      method: "get",
      path: "/api/auth/trusted-header",
      summary: "Sign in as the proxy in front names you",
      description: "The header is read from the addresses in TRUSTED_HEADER_PEERS alone.",
      tags: ["Account"],
      request: { query: z.object({ to: z.string().max(500).optional() }) },
      responses: { 302: { description: "To the page that was asked for, or back to the sign-in page." } },
    },
  ),
  async (c) => c.redirect(await signIn(c, c.req.valid("query").to), 302),
);

/** @returns where the browser goes on @throws 404 */
async function signIn(c: AppContext, wanted: string | undefined): Promise<string> {
  const { settings } = c.var.deps;
  if (settings.trustedHeader === null)
    throw new ApiError("not_found", "No proxy signs people in here (TRUSTED_HEADER).");
  const email = emailByProxy(c);
  if (email === null) return signInProblemPath("header");
  const found = await findOrCreateAccount(c, {
    providerId: "trusted-header",
    accountId: email,
    email,
    name: nameByProxy(c),
    // Whom the proxy lets through is decided there.
    mayJoin: true,
  });
  if ("refused" in found) return signInProblemPath(found.refused);
  const to = ownPath(wanted, settings.publicUrl);
  return await continueSignInByRedirect(c, { ...found, trustedAs: email }, to);
}
