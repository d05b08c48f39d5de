import { saveSignInState, takeSignInState } from "@overdue/db";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { ownPath } from "../http/own-path.ts";
import { createRouter, route } from "../http/route.ts";
import { dropSignInCookie, readSignInCookie, setSignInCookie } from "./sign-in-cookie.ts";
import { findOrCreateAccount, grantRoles, signInProblemPath } from "./external-account.ts";
import { type OidcPerson, type OidcProvider, OidcRequest } from "./oidc.ts";
import { continueSignInByRedirect } from "./sign-in.ts";

const REQUEST_SECONDS = 900;
const tags = ["Account"];
const REDIRECT = { description: "To the provider, or back to a page of ours." };

/** Signing in at the operator's OpenID provider. A browser comes here by a link, so the answers are redirects. */
export const oidcRoutes = createRouter()
  .openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/api/auth/oidc/start",
        summary: "Sign in at the OpenID provider",
        tags,
        request: { query: z.object({ to: z.string().max(500).optional() }) },
        responses: { 302: REDIRECT },
      },
    ),
    async (c) => c.redirect(await begin(c, c.req.valid("query").to), 302),
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/api/auth/oidc/callback",
        summary: "Come back from the OpenID provider",
        description: "Works once, and only in the browser that started the sign-in.",
        tags,
        responses: { 302: REDIRECT },
      },
    ),
    async (c) => c.redirect(await finish(c), 302),
  );

async function begin(c: AppContext, to: string | undefined): Promise<string> {
  const { db, settings, log } = c.var.deps;
  const provider = requireProvider(c);
  try {
    const { url, request } = await provider.begin(ownPath(to, settings.publicUrl));
    const kept = { kind: "oidc", userId: null, data: request, seconds: REQUEST_SECONDS } as const;
    setSignInCookie(c, "oidc", { value: await saveSignInState(db, kept), seconds: REQUEST_SECONDS });
    return url.href;
  } catch (err) {
    log.warn({ err }, "The OpenID provider (OIDC_ISSUER) could not be asked.");
    return signInProblemPath("provider");
  }
}

async function finish(c: AppContext): Promise<string> {
  const { db, log } = c.var.deps;
  const provider = requireProvider(c);
  const state = await takeSignInState(db, "oidc", readSignInCookie(c, "oidc"));
  dropSignInCookie(c, "oidc");
  if (state === null) return signInProblemPath("expired");
  const request = OidcRequest.parse(state.data);
  const person = await provider.finish(new URL(c.req.url).searchParams, request).catch((err: unknown) => {
    log.warn({ err }, "A sign-in by OpenID Connect was refused.");
    return null;
  });
  return person === null ? signInProblemPath("provider") : await signInPerson(c, person, request.to);
}

async function signInPerson(c: AppContext, person: OidcPerson, to: string): Promise<string> {
  const { oidc } = c.var.deps.settings;
  if (oidc === null) return signInProblemPath("provider");
  const email = person.isEmailVerified ? person.email : null;
  const domain = email?.split("@").at(-1) ?? "";
  const isListed = oidc.allowedDomains.includes(domain);
  if (email !== null && oidc.allowedDomains.length > 0 && !isListed) return signInProblemPath("domain");
  const found = await findOrCreateAccount(c, {
    providerId: `oidc ${oidc.issuer}`,
    accountId: person.subject,
    email,
    name: person.name,
    mayJoin: isListed,
  });
  if ("refused" in found) return signInProblemPath(found.refused);
  const grants = oidc.roles.filter(({ value }) => person.roles.includes(value));
  await grantRoles(c, found.userId, grants);
  return await continueSignInByRedirect(c, found, to);
}

function requireProvider(c: AppContext): OidcProvider {
  const { oidc } = c.var.deps;
  if (oidc === null) throw new ApiError("not_found", "No OpenID provider is set here (OIDC_ISSUER).");
  return oidc;
}
