import type { QueryClient } from "@tanstack/react-query";
import { createRoute, notFound, redirect } from "@tanstack/react-router";
import { instanceQuery, type Me, meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";
import { refreshChecks } from "../checks/check-queries.ts";
import { followProject } from "../live/live-events.ts";
import { lazyRouteComponent } from "./lazy-route.ts";
import { root } from "./root-route.ts";

/** Every page for which one signs in. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: ({ context, location }) => requireSignIn(context.queryClient, location.href),
});

/** Every page of a project. */
export const projectRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/projects/$projectId",
  beforeLoad: async ({ context, params, preload }) => {
    if (!(await isMember(context.queryClient, params.projectId))) throw notFound();
    if (!preload) void followProject({ client: context.queryClient, refreshChecks, ...params });
  },
  component: lazyRouteComponent(() => import("../pages/project-layout.tsx"), "ProjectLayout"),
});

/** Asks once more where the project is not among those that are known: somebody may just have been let in. */
async function isMember(client: QueryClient, projectId: string): Promise<boolean> {
  const isAmong = ({ projects }: Me) => projects.some(({ id }) => id === projectId);
  if (isAmong(await client.ensureQueryData(meQuery))) return true;
  return isAmong(await client.fetchQuery({ ...meQuery, staleTime: 0 }));
}

/** Leads to the creation of the first account while there is none. @throws the router's redirect */
export async function redirectToSetup(client: QueryClient): Promise<void> {
  const { setupNeeded } = await client.ensureQueryData(instanceQuery);
  if (setupNeeded) throw redirect({ to: "/setup" });
}

/** Leads to the sign-in page where nobody is signed in, and from there back to `href`. @throws the router's redirect */
async function requireSignIn(client: QueryClient, href: string): Promise<void> {
  try {
    await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw redirect({ to: "/sign-in", search: href === "/" ? {} : { to: href } });
  }
}
