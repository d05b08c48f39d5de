import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, inProject } from "../api/client.ts";
import { pageQuery } from "../api/pages.ts";

const { deliveries } = inProject;
const oneDelivery = deliveries[":deliveryId"];

export type DeliveryView = InferResponseType<typeof oneDelivery.$get, 200>;

const PER_PAGE = 50;
const LOOK_AGAIN_MS = 2_000;

/** Alerts and tests of a project, newest first; of one check where `checkId` is given. */
export const deliveriesQuery = (projectId: string, checkId?: string) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "deliveries", "list", checkId ?? "all"],
    queryFn: ({ pageParam }) =>
      answerOf(
        deliveries.$get({
          param: { projectId },
          query: { ...pageQuery(pageParam, PER_PAGE), ...(checkId !== undefined && { checkId }) },
        }),
      ),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

/** What was given up, and neither taken by the fall-back nor dismissed. */
export const deadLettersQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "deliveries", "dead-letters"],
    queryFn: ({ pageParam }) =>
      answerOf(
        inProject["dead-letters"].$get({ param: { projectId }, query: pageQuery(pageParam, PER_PAGE) }),
      ),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

/** Sends what was given up once more. */
export function useRedeliver(projectId: string) {
  return useLetterMutation(projectId, (deliveryId) =>
    answerOf(oneDelivery.redeliver.$post({ param: { projectId, deliveryId } })),
  );
}

/** Takes what was given up off the list. */
export function useDismiss(projectId: string) {
  return useLetterMutation(projectId, (deliveryId) =>
    answerOf(oneDelivery.dismiss.$post({ param: { projectId, deliveryId } })),
  );
}

function useLetterMutation(projectId: string, mutationFn: (deliveryId: string) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: ["projects", projectId, "deliveries"] }),
  });
}

/** One delivery with every attempt; it is looked at again until it is over, should an event be missed. */
export const deliveryQuery = (projectId: string, deliveryId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "deliveries", "one", deliveryId],
    queryFn: () => answerOf(oneDelivery.$get({ param: { projectId, deliveryId } })),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : LOOK_AGAIN_MS),
  });

/** Whether anything more can happen to it. */
function isOver({ state }: Pick<DeliveryView, "state">): boolean {
  return state === "sent" || state === "failed" || state === "superseded";
}

const firstPage = (): string | null => null;
