import type { QueryClient } from "@tanstack/react-query";
import {
  createRoute,
  notFound,
  redirect,
  createRootRouteWithContext,
  Outlet,
  lazyRouteComponent as libraryComponent,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { instanceQuery, type Me, meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";
import { refreshChecks } from "../checks/check-queries.ts";
import { followProject } from "../live/live-events.ts";

/** The parent of every page that needs a signed-in person. */
export const signedIn = createRoute({
  getParentRoute: () => root,
  id: "signed-in",
  beforeLoad: ({ context, location }) => requireSignIn(context.queryClient, location.href),
});

/** The parent of every page of a project. */
export const projectRoute = createRoute({
  getParentRoute: () => signedIn,
  path: "/projects/$projectId",
  beforeLoad: async ({ context, params, preload, location }) => {
    if (!(await isMember(context.queryClient, params.projectId))) throw leaveProject(location.pathname);
    if (!preload) void followProject({ client: context.queryClient, refreshChecks, ...params });
  },
  component: lazyRouteComponent(() => import("../pages/project-layout.tsx"), "ProjectLayout"),
});

/** Where a check has moved to a project of the person, its old address in another's project leads there. */
function leaveProject(pathname: string) {
  const checkId = /\/checks\/([^/]+)/.exec(pathname)?.[1];
  if (checkId === undefined || checkId === "new") return notFound();
  return redirect({ to: "/checks/$checkId", params: { checkId }, replace: true });
}

/** Asks the server again if the project is not among the known ones: the person may just have become a member. */
async function isMember(client: QueryClient, projectId: string): Promise<boolean> {
  const isAmong = ({ projects }: Me) => projects.some(({ id }) => id === projectId);
  if (isAmong(await client.ensureQueryData(meQuery))) return true;
  return isAmong(await client.fetchQuery({ ...meQuery, staleTime: 0 }));
}

/** Redirects to the creation of the first account while there is none. @throws the router's redirect */
export async function redirectToSetup(client: QueryClient): Promise<void> {
  const { setupNeeded } = await client.ensureQueryData(instanceQuery);
  if (setupNeeded) throw redirect({ to: "/setup" });
}

/** Redirects to the sign-in page if nobody is signed in, and from there back to `href`. @throws the router's redirect */
async function requireSignIn(client: QueryClient, href: string): Promise<void> {
  try {
    await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    throw redirect({ to: "/sign-in", search: href === "/" ? {} : { to: href } });
  }
}

export const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

declare module "@tanstack/react-router" {
  interface StaticDataRouteOption {
    /** The page changes something, so viewers see an explanation in its place. */
    editorsOnly?: true;
  }
}

/** The static data of a page that changes something. */
export const EDITORS_ONLY = { editorsOnly: true } as const;

/**
 * A page whose code is loaded when it is first visited. If the code is missing after an upgrade, the router reloads the
 * page. Without a connection a reload would lose the app, so the error thrown then is one that makes it wait instead.
 */
export function lazyRouteComponent<Name extends string, Module extends Record<Name, ComponentType<object>>>(
  load: () => Promise<Module>,
  name: Name,
) {
  return libraryComponent(() => load().catch(rethrowLoadError), name);
}

async function rethrowLoadError(error: unknown): Promise<never> {
  throw (await isServerReachable()) ? error : new TypeError("The code of the page could not be loaded.");
}

/** Whether the server can be reached, whatever its response. */
export async function isServerReachable(): Promise<boolean> {
  return await fetch("/health/live", { cache: "no-store" }).then(
    () => true,
    () => false,
  );
}
