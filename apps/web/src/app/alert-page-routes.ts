import type { QueryClient } from "@tanstack/react-query";
import { createRoute } from "@tanstack/react-router";

import { routesQuery } from "../alert-routes/route-queries.ts";
import { channelKindsQuery, channelsQuery } from "../channels/channel-queries.ts";
import { lazyRouteComponent, projectRoute, EDITORS_ONLY } from "./project-route.ts";
import { readDeliveriesSearch, readText } from "./search.ts";

/** Reads the status pages of a project. The code for it is loaded on demand, because few visits need it. */
async function readStatusPages(client: QueryClient, projectId: string) {
  const { statusPagesQuery } = await import("../status-pages/status-page-queries.ts");
  return await client.ensureQueryData(statusPagesQuery(projectId));
}

/** Reads the channels of a project, and every kind of channel with the settings that it takes. */
async function readChannels(client: QueryClient, projectId: string): Promise<void> {
  await Promise.all([
    client.ensureQueryData(channelKindsQuery),
    client.ensureQueryData(channelsQuery(projectId)),
  ]);
}

const channels = createRoute({
  getParentRoute: () => projectRoute,
  path: "channels",
  loader: ({ context, params }) => readChannels(context.queryClient, params.projectId),
  component: lazyRouteComponent(() => import("../pages/channels-page.tsx"), "ChannelsPage"),
});

const newChannel = createRoute({
  getParentRoute: () => projectRoute,
  path: "channels/new/$kind",
  validateSearch: (search): { link?: string | undefined } => ({ link: readText(search["link"]) }),
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => readChannels(context.queryClient, params.projectId),
  component: lazyRouteComponent(() => import("../pages/channel-page.tsx"), "ChannelPage"),
});

const editChannel = createRoute({
  getParentRoute: () => projectRoute,
  path: "channels/$channelId",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => readChannels(context.queryClient, params.projectId),
  component: lazyRouteComponent(() => import("../pages/channel-page.tsx"), "ChannelPage"),
});

const alertRoutes = createRoute({
  getParentRoute: () => projectRoute,
  path: "routes",
  component: lazyRouteComponent(() => import("../pages/alert-routes-page.tsx"), "RoutesPage"),
});

const newAlertRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "routes/new",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => context.queryClient.ensureQueryData(routesQuery(params.projectId)),
  component: lazyRouteComponent(() => import("../pages/alert-route-page.tsx"), "RoutePage"),
});

const editAlertRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "routes/$routeId",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => context.queryClient.ensureQueryData(routesQuery(params.projectId)),
  component: lazyRouteComponent(() => import("../pages/alert-route-page.tsx"), "RoutePage"),
});

const onCall = createRoute({
  getParentRoute: () => projectRoute,
  path: "on-call",
  component: lazyRouteComponent(() => import("../pages/on-call-page.tsx"), "OnCallPage"),
});

const deliveries = createRoute({
  getParentRoute: () => projectRoute,
  path: "deliveries",
  validateSearch: readDeliveriesSearch,
  component: lazyRouteComponent(() => import("../pages/deliveries-page.tsx"), "DeliveriesPage"),
});

const deadLetters = createRoute({
  getParentRoute: () => projectRoute,
  path: "dead-letters",
  component: lazyRouteComponent(() => import("../pages/deliveries-page.tsx"), "DeadLettersPage"),
});

const statusPages = createRoute({
  getParentRoute: () => projectRoute,
  path: "status-pages",
  component: lazyRouteComponent(() => import("../pages/status-pages-page.tsx"), "StatusPagesPage"),
});

const newStatusPage = createRoute({
  getParentRoute: () => projectRoute,
  path: "status-pages/new",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => readStatusPages(context.queryClient, params.projectId),
  component: lazyRouteComponent(() => import("../pages/status-page-form-page.tsx"), "StatusPageFormPage"),
});

const statusPage = createRoute({
  getParentRoute: () => projectRoute,
  path: "status-pages/$pageId",
  loader: ({ context, params }) => readStatusPages(context.queryClient, params.projectId),
  component: lazyRouteComponent(() => import("../pages/status-page-page.tsx"), "StatusPagePage"),
});

const editStatusPage = createRoute({
  getParentRoute: () => projectRoute,
  path: "status-pages/$pageId/edit",
  staticData: EDITORS_ONLY,
  loader: ({ context, params }) => readStatusPages(context.queryClient, params.projectId),
  component: lazyRouteComponent(() => import("../pages/status-page-form-page.tsx"), "StatusPageFormPage"),
});

/** The pages about who gets notified, and how. */
export const alertPageRoutes = [
  channels,
  newChannel,
  editChannel,
  alertRoutes,
  newAlertRoute,
  editAlertRoute,
  onCall,
  deliveries,
  deadLetters,
  statusPages,
  newStatusPage,
  statusPage,
  editStatusPage,
] as const;
