import { createRoute, redirect } from "@tanstack/react-router";

import { meQuery } from "../accounts/account-queries.ts";
import { channelsQuery } from "../channels/channel-queries.ts";
import { checkQuery, checksQuery, refreshChecks } from "../checks/check-queries.ts";
import { checkIncidentQuery, incidentQuery, stormQuery } from "../incidents/incident-queries.ts";
import { followProject } from "../live/live-events.ts";
import {
  readCheckSearch,
  readDaySearch,
  readIncidentsSearch,
  readListSearch,
  readReportSearch,
  readText,
  readUptimeSearch,
} from "./search.ts";
import { accountRoutes } from "./account-routes.ts";
import { alertPageRoutes } from "./alert-page-routes.ts";
import { maintenanceRoutes } from "./maintenance-routes.ts";
import { lazyRouteComponent, projectRoute, signedIn, EDITORS_ONLY, root } from "./project-route.ts";
import { ensureCheck, findCheckProject, homeProjectId } from "./home.ts";

const home = createRoute({
  getParentRoute: () => signedIn,
  path: "/",
  beforeLoad: async ({ context }) => {
    const projectId = homeProjectId(await context.queryClient.ensureQueryData(meQuery));
    if (projectId === null) throw redirect({ to: "/projects/new" });
    throw redirect({ to: "/projects/$projectId/checks", params: { projectId } });
  },
});

/** The short address that messages contain. */
const checkLink = createRoute({
  getParentRoute: () => signedIn,
  path: "/checks/$checkId",
  beforeLoad: async ({ context, params }) => {
    const projectId = await findCheckProject(context.queryClient, params.checkId);
    throw redirect({ to: "/projects/$projectId/checks/$checkId", params: { projectId, ...params } });
  },
});

const newProject = createRoute({
  getParentRoute: () => signedIn,
  path: "/projects/new",
  validateSearch: ({ organization }: Record<string, unknown>): { organization?: string | undefined } => ({
    organization: readText(organization),
  }),
  component: lazyRouteComponent(() => import("../pages/account-pages.tsx"), "NewProjectPage"),
});

const personal = createRoute({
  getParentRoute: () => signedIn,
  id: "personal",
  component: lazyRouteComponent(() => import("../pages/account-pages.tsx"), "AccountLayout"),
});

const organization = createRoute({
  getParentRoute: () => personal,
  path: "/organizations/$organizationId",
  component: lazyRouteComponent(() => import("../pages/organization-page.tsx"), "OrganizationPage"),
});

const account = createRoute({
  getParentRoute: () => personal,
  path: "/account",
  component: lazyRouteComponent(() => import("../pages/account-page.tsx"), "AccountPage"),
});

const deleteAccount = createRoute({
  getParentRoute: () => personal,
  path: "/account/delete",
  component: lazyRouteComponent(() => import("../pages/delete-account-page.tsx"), "DeleteAccountPage"),
});

const operator = createRoute({
  getParentRoute: () => personal,
  path: "/operator",
  component: lazyRouteComponent(() => import("../pages/operator-page.tsx"), "OperatorPage"),
});

const projectHome = createRoute({
  getParentRoute: () => projectRoute,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/projects/$projectId/checks", params });
  },
});

const checkList = createRoute({
  getParentRoute: () => projectRoute,
  path: "checks",
  validateSearch: readListSearch,
  loader: async ({ context: { queryClient: client }, params, preload }) => {
    // Changes are followed first: a list that was read earlier would have to be read again.
    if (!preload) await followProject({ client, refreshChecks, ...params });
    await client.ensureQueryData(checksQuery(params.projectId));
  },
  component: lazyRouteComponent(() => import("../pages/checks-page.tsx"), "ChecksPage"),
});

const day = createRoute({
  getParentRoute: () => projectRoute,
  path: "day",
  validateSearch: readDaySearch,
  component: lazyRouteComponent(() => import("../pages/day-page.tsx"), "DayPage"),
});

const newCheck = createRoute({
  getParentRoute: () => projectRoute,
  path: "checks/new",
  staticData: EDITORS_ONLY,
  validateSearch: (search): { from?: string | undefined } => ({ from: readText(search["from"]) }),
  loaderDeps: ({ search }) => search,
  loader: ({ context, params: { projectId }, deps: { from: checkId } }) =>
    Promise.all([
      context.queryClient.ensureQueryData(channelsQuery(projectId)),
      checkId === undefined ? null : context.queryClient.ensureQueryData(checkQuery({ projectId, checkId })),
    ]),
  component: lazyRouteComponent(() => import("../pages/check-form-page.tsx"), "NewCheckPage"),
});

/** The first minutes of a newcomer. `check`: the id of the check that was created for the kind of job `watch`. */
const start = createRoute({
  getParentRoute: () => projectRoute,
  path: "start",
  staticData: EDITORS_ONLY,
  validateSearch: (search: Record<string, unknown>): { check?: string; watch?: string } => {
    const [chosen, watch] = [readText(search["check"]), readText(search["watch"])];
    return chosen === undefined || watch === undefined ? {} : { check: chosen, watch };
  },
  component: lazyRouteComponent(() => import("../pages/first-check-page.tsx"), "FirstCheckPage"),
});

const check = createRoute({
  getParentRoute: () => projectRoute,
  path: "checks/$checkId",
  validateSearch: readCheckSearch,
  // Why the check is down is read before the page is shown, so that nothing on it moves when it arrives.
  loader: async ({ context: { queryClient: client }, params }) => {
    const [, open] = await Promise.all([
      ensureCheck(client, params, ""),
      client.ensureQueryData(checkIncidentQuery(params)).catch(() => null),
    ]);
    if (open !== null)
      await client
        .ensureQueryData(incidentQuery({ projectId: params.projectId, incidentId: open.id }))
        .catch(() => null);
  },
  component: lazyRouteComponent(() => import("../pages/check-page.tsx"), "CheckPage"),
});

/** `watch`: the kind of job of a newcomer's check; then the way leads back to the page of the first minutes. */
const editCheck = createRoute({
  getParentRoute: () => projectRoute,
  path: "checks/$checkId/edit",
  staticData: EDITORS_ONLY,
  validateSearch: (search: Record<string, unknown>): { watch?: string } => {
    const watch = readText(search["watch"]);
    return watch === undefined ? {} : { watch };
  },
  loader: ({ context, params }) =>
    Promise.all([
      ensureCheck(context.queryClient, params, "/edit"),
      context.queryClient.ensureQueryData(channelsQuery(params.projectId)),
    ]),
  component: lazyRouteComponent(() => import("../pages/check-form-page.tsx"), "EditCheckPage"),
});

const incidents = createRoute({
  getParentRoute: () => projectRoute,
  path: "incidents",
  validateSearch: readIncidentsSearch,
  component: lazyRouteComponent(() => import("../pages/incidents-page.tsx"), "IncidentsPage"),
});

const storm = createRoute({
  getParentRoute: () => projectRoute,
  path: "storms/$stormId",
  loader: ({ context, params }) => context.queryClient.ensureQueryData(stormQuery(params)),
  component: lazyRouteComponent(() => import("../pages/incidents-page.tsx"), "StormPage"),
});

const incident = createRoute({
  getParentRoute: () => projectRoute,
  path: "incidents/$incidentId",
  // The check is read before the page is shown, too, so that nothing on it moves when it arrives.
  loader: async ({ context: { queryClient: client }, params }) => {
    const { checkId } = await client.ensureQueryData(incidentQuery(params));
    await client.ensureQueryData(checkQuery({ projectId: params.projectId, checkId })).catch(() => null);
  },
  component: lazyRouteComponent(() => import("../pages/incident-page.tsx"), "IncidentPage"),
});

const refusedPings = createRoute({
  getParentRoute: () => projectRoute,
  path: "refused-pings",
  component: lazyRouteComponent(() => import("../pages/refused-pings-page.tsx"), "RefusedPingsPage"),
});

const connect = createRoute({
  getParentRoute: () => projectRoute,
  path: "connect",
  component: lazyRouteComponent(() => import("../pages/connect-page.tsx"), "ConnectPage"),
});

const shadow = createRoute({
  getParentRoute: () => projectRoute,
  path: "shadow",
  component: lazyRouteComponent(() => import("../pages/shadow-page.tsx"), "ShadowPage"),
});

const clockChanges = createRoute({
  getParentRoute: () => projectRoute,
  path: "clock-changes",
  component: lazyRouteComponent(() => import("../pages/clock-changes-page.tsx"), "ClockChangesPage"),
});

const settings = createRoute({
  getParentRoute: () => projectRoute,
  path: "settings",
  component: lazyRouteComponent(() => import("../pages/project-settings-page.tsx"), "ProjectSettingsPage"),
});
const audit = createRoute({
  getParentRoute: () => projectRoute,
  path: "audit",
  component: lazyRouteComponent(() => import("../pages/audit-page.tsx"), "AuditPage"),
});

const report = createRoute({
  getParentRoute: () => projectRoute,
  path: "report",
  validateSearch: readReportSearch,
  component: lazyRouteComponent(() => import("../pages/report-page.tsx"), "ReportPage"),
});

const uptime = createRoute({
  getParentRoute: () => projectRoute,
  path: "uptime",
  validateSearch: readUptimeSearch,
  component: lazyRouteComponent(() => import("../pages/uptime-page.tsx"), "UptimePage"),
});

/**
 * The address of every page. The code of a page is loaded when it is first visited. The loaders read the data without
 * which a page would show nothing, before it is rendered.
 */
export const routeTree = root.addChildren([
  ...accountRoutes,
  signedIn.addChildren([
    home,
    checkLink,
    newProject,
    personal.addChildren([account, deleteAccount, operator, organization]),
    projectRoute.addChildren([
      projectHome,
      checkList,
      day,
      uptime,
      newCheck,
      start,
      check,
      editCheck,
      incidents,
      incident,
      storm,
      ...alertPageRoutes,
      refusedPings,
      connect,
      shadow,
      ...maintenanceRoutes,
      clockChanges,
      settings,
      audit,
      report,
    ]),
  ]),
]);
