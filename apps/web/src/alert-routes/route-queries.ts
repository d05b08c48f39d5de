import type { Reason } from "@overdue/core";
import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, readAllPages, useProjectMutation } from "../api/paging.ts";
import type { RouteDraft } from "./route-values.ts";

const { routes } = projectApi;
const oneRoute = routes[":routeId"];
const preview = projectApi.checks[":checkId"]["notification-preview"];

export type RouteView = InferResponseType<typeof oneRoute.$get, 200>;
type Preview = InferResponseType<typeof preview.$get, 200>;
/** A channel that is notified of an incident, and how long after its start. */
export type Recipient = Preview["items"][number];
/** A channel that is notified of runs, failures or notices. */
export type EventRecipient = Preview["events"][number];

/** The alert routes of a project, in their order. */
export const routesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "routes"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(routes.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
  });

type Scenario = { projectId: string; checkId: string; at: string; reason: Reason };

/** Who is notified if a check goes down at a time (ISO 8601) for a reason, in the order in which they are notified. */
export const notificationPreviewQuery = (scenario: Scenario) => previewQuery(scenario, ({ items }) => items);

/** Who is notified of the check's runs and notices at that time. */
export const eventRecipientsQuery = (scenario: Scenario) => previewQuery(scenario, ({ events }) => events);

// Below the key of the routes, so that the preview is read again when a route changes.
const previewQuery = <Part>(scenario: Scenario, select: (preview: Preview) => Part) =>
  queryOptions({
    queryKey: ["projects", scenario.projectId, "routes", "preview", scenario],
    queryFn: () => {
      const { projectId, checkId, at, reason } = scenario;
      return parseResponse(preview.$get({ param: { projectId, checkId }, query: { at, reason } }));
    },
    select,
  });

const routesPart = (projectId: string) => ({ projectId, parts: ["routes"] });

/** Creates a route if `edited` is null, otherwise saves that version of it. */
export const useSaveRoute = (projectId: string) =>
  useProjectMutation(
    routesPart(projectId),
    async ({ edited, draft }: { edited: RouteView | null; draft: RouteDraft }) => {
      if (edited === null) return await parseResponse(routes.$post({ param: { projectId }, json: draft }));
      const param = { projectId, routeId: edited.id };
      return await parseResponse(oneRoute.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
  );

export const useDeleteRoute = (projectId: string) =>
  useProjectMutation(routesPart(projectId), (routeId: string) =>
    parseResponse(oneRoute.$delete({ param: { projectId, routeId } })),
  );

/** Undoes a deletion; the route returns to its place in the order. */
export const useRestoreRoute = (projectId: string) =>
  useProjectMutation(routesPart(projectId), (routeId: string) =>
    parseResponse(oneRoute.restore.$post({ param: { projectId, routeId } })),
  );

/** Puts the routes into the order of these ids. */
export const useOrderRoutes = (projectId: string) =>
  useProjectMutation(routesPart(projectId), (ids: string[]) =>
    parseResponse(routes.order.$put({ param: { projectId }, json: { ids } })),
  );
