import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";

import { instanceQuery, meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";

/** Where nobody has an account yet, the first is made. @throws the router's redirect */
export async function toSetupIfNew(client: QueryClient): Promise<void> {
  const { setupNeeded } = await client.ensureQueryData(instanceQuery);
  if (setupNeeded) throw redirect({ to: "/setup" });
}

/** Whoever is signed out signs in, and comes back to `href`. @throws the router's redirect */
export async function toSignInIfNobody(client: QueryClient, href: string): Promise<void> {
  try {
    await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw redirect({ to: "/sign-in", search: href === "/" ? {} : { to: href } });
  }
}
