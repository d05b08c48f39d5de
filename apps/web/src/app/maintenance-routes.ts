import { createRoute } from "@tanstack/react-router";

import { windowsQuery } from "../maintenance/maintenance-queries.ts";
import { EDITORS_ONLY, lazyRouteComponent, projectRoute } from "./project-route.ts";

const maintenance = createRoute({
  getParentRoute: () => projectRoute,
  path: "maintenance",
  component: lazyRouteComponent(() => import("../pages/maintenance-page.tsx"), "MaintenancePage"),
});

const newWindow = createRoute({
  getParentRoute: () => projectRoute,
  path: "maintenance/new",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => context.queryClient.ensureQueryData(windowsQuery(params.projectId)),
  component: lazyRouteComponent(() => import("../pages/maintenance-window-page.tsx"), "WindowPage"),
});

const editWindow = createRoute({
  getParentRoute: () => projectRoute,
  path: "maintenance/$windowId",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => context.queryClient.ensureQueryData(windowsQuery(params.projectId)),
  component: lazyRouteComponent(() => import("../pages/maintenance-window-page.tsx"), "WindowPage"),
});

export const maintenanceRoutes = [maintenance, newWindow, editWindow] as const;
