import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Reason } from "@overdue/core";
import type { InferResponseType } from "hono/client";

import { answerOf, ifMatch, inProject } from "../api/client.ts";
import { everyPage, pageQuery } from "../api/pages.ts";
import type { RouteDraft } from "./route-values.ts";

const { routes } = inProject;
const oneRoute = routes[":routeId"];

export type RouteView = InferResponseType<typeof oneRoute.$get, 200>;

/** The routes of a project, in their order. */
export const routesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "routes"],
    queryFn: () =>
      everyPage((cursor) => answerOf(routes.$get({ param: { projectId }, query: pageQuery(cursor) }))),
  });

type Asked = { projectId: string; checkId: string; at: string; reason: Reason };
type Hearing = InferResponseType<(typeof inProject.checks)[":checkId"]["who-would-hear"]["$get"], 200>;

const hearing = <Part>(asked: Asked, select: (hearing: Hearing) => Part) =>
  queryOptions({
    queryKey: ["projects", asked.projectId, "routes", "who-would-hear", asked],
    queryFn: () => {
      const { projectId, checkId, at, reason } = asked;
      return answerOf(
        inProject.checks[":checkId"]["who-would-hear"].$get({
          param: { projectId, checkId },
          query: { at, reason },
        }),
      );
    },
    select,
  });

/** Who would hear if a check went down then, in order. */
export const whoWouldHearQuery = (asked: Asked) => hearing(asked, ({ items }) => items);

/** Who hears of its runs and of what is noticed. */
export const whoHearsNewsQuery = (asked: Asked) => hearing(asked, ({ news }) => news);

export function useCreateRoute(projectId: string) {
  return useRoutesMutation(projectId, (json: RouteDraft) =>
    answerOf(routes.$post({ param: { projectId }, json })),
  );
}

export function useEditRoute(projectId: string, routeId: string) {
  return useRoutesMutation(projectId, ({ draft, version }: { draft: RouteDraft; version: number }) =>
    answerOf(oneRoute.$patch({ param: { projectId, routeId }, header: ifMatch(version), json: draft })),
  );
}

export function useDeleteRoute(projectId: string) {
  return useRoutesMutation(projectId, (routeId: string) =>
    answerOf(oneRoute.$delete({ param: { projectId, routeId } })),
  );
}

/** Puts the routes into this order. */
export function useOrderRoutes(projectId: string) {
  return useRoutesMutation(projectId, (ids: string[]) =>
    answerOf(routes.order.$put({ param: { projectId }, json: { ids } })),
  );
}

/** Undoes a deletion: it stands again where it stood. */
export function useRestoreRoute(projectId: string) {
  return useRoutesMutation(projectId, (routeId: string) =>
    answerOf(oneRoute.restore.$post({ param: { projectId, routeId } })),
  );
}

function useRoutesMutation<Input, Output>(projectId: string, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: ["projects", projectId, "routes"] }),
  });
}
