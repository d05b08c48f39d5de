import { createRoute } from "@tanstack/react-router";

import { refreshChecks } from "../checks/check-queries.ts";
import { followProject } from "../live/live-events.ts";
import { lazyRouteComponent } from "./lazy-route.ts";
import { requireSignIn } from "./require-auth.ts";
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
  beforeLoad: ({ context, params, preload }) => {
    if (!preload) void followProject({ client: context.queryClient, refreshChecks, ...params });
  },
  component: lazyRouteComponent(() => import("../pages/project-layout.tsx"), "ProjectLayout"),
});
