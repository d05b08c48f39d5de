import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";

import { instanceQuery, meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";

/** Leads to the creation of the first account while there is none. @throws the router's redirect */
export async function redirectToSetup(client: QueryClient): Promise<void> {
  const { setupNeeded } = await client.ensureQueryData(instanceQuery);
  if (setupNeeded) throw redirect({ to: "/setup" });
}

/** Leads to the sign-in page where nobody is signed in, and from there back to `href`. @throws the router's redirect */
export async function requireSignIn(client: QueryClient, href: string): Promise<void> {
  try {
    await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw redirect({ to: "/sign-in", search: href === "/" ? {} : { to: href } });
  }
}
