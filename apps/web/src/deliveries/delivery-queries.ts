import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { pagedQuery, useProjectMutation } from "../api/paging.ts";

const { deliveries } = projectApi;
const oneDelivery = deliveries[":deliveryId"];

export type DeliveryView = InferResponseType<typeof oneDelivery.$get, 200>;

const REFRESH_MS = 2_000;

/** Which deliveries to list; a field that is left out does not restrict them. */
export type DeliveryFilter = {
  state?: DeliveryView["state"] | undefined;
  channel?: string | undefined;
  check?: string | undefined;
};

/** The deliveries of a project, newest first. */
export const deliveriesQuery = (projectId: string, { state, channel, check }: DeliveryFilter = {}) => {
  const filter = {
    ...(state !== undefined && { state }),
    ...(channel !== undefined && { channelId: channel }),
    ...(check !== undefined && { checkId: check }),
  };
  const key = ["projects", projectId, "deliveries", "list", state ?? "", channel ?? "", check ?? ""];
  return pagedQuery(key, (query) =>
    parseResponse(deliveries.$get({ param: { projectId }, query: { ...query, ...filter } })),
  );
};

/** Deliveries that were given up, and neither taken over by the fallback channel nor dismissed. */
export const deadLettersQuery = (projectId: string) =>
  pagedQuery(["projects", projectId, "deliveries", "dead-letters"], (query) =>
    parseResponse(projectApi["dead-letters"].$get({ param: { projectId }, query })),
  );

/** What cannot be worked on and is put aside: checks, incidents and deliveries. */
export const quarantineQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "deliveries", "quarantine"],
    queryFn: async () => (await parseResponse(projectApi.quarantine.$get({ param: { projectId } }))).items,
  });

/** Tries again now what is put aside. */
export const useRelease = (projectId: string) =>
  useProjectMutation(deliveriesPart(projectId), (quarantinedId: string) =>
    parseResponse(
      projectApi.quarantine[":quarantinedId"].release.$post({ param: { projectId, quarantinedId } }),
    ),
  );

/** One delivery with every attempt. It is read again every 2 s until it is final, in case a live event is lost. */
export const deliveryQuery = (projectId: string, deliveryId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "deliveries", "one", deliveryId],
    queryFn: () => parseResponse(oneDelivery.$get({ param: { projectId, deliveryId } })),
    refetchInterval: ({ state }) => (state.data && isFinal(state.data) ? false : REFRESH_MS),
  });

function isFinal({ state }: Pick<DeliveryView, "state">): boolean {
  return state === "sent" || state === "failed" || state === "superseded";
}

const deliveriesPart = (projectId: string) => ({ projectId, parts: ["deliveries"] });

/** Sends a dead letter again. */
export const useRedeliver = (projectId: string) =>
  useProjectMutation(deliveriesPart(projectId), (deliveryId: string) =>
    parseResponse(oneDelivery.redeliver.$post({ param: { projectId, deliveryId } })),
  );

/** Removes a dead letter from the list. */
export const useDismiss = (projectId: string) =>
  useProjectMutation(deliveriesPart(projectId), (deliveryId: string) =>
    parseResponse(oneDelivery.dismiss.$post({ param: { projectId, deliveryId } })),
  );
