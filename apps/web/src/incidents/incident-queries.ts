import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { pagedQuery, pageQuery, readAllPages } from "../api/paging.ts";

const { incidents, storms } = projectApi;
const oneIncident = incidents[":incidentId"];
const oneStorm = storms[":stormId"];

export type IncidentSummary = InferResponseType<typeof incidents.$get, 200>["items"][number];
export type IncidentDetail = InferResponseType<typeof oneIncident.$get, 200>;
export type TimelineItem = InferResponseType<typeof oneIncident.timeline.$get, 200>["items"][number];
export type StormView = InferResponseType<typeof oneStorm.$get, 200>;
export type StormRef = { projectId: string; stormId: string };
export type IncidentRef = { projectId: string; incidentId: string };

/** What a person can do with an incident. */
export type IncidentAction =
  | { action: "acknowledge" | "unacknowledge" }
  | { action: "snooze"; json: InferRequestType<typeof oneIncident.snooze.$post>["json"] }
  | { action: "note"; text: string };

const OPEN_INCIDENTS_MAX = 200;
export const incidentsKey = (projectId: string) => ["projects", projectId, "incidents"];

/** The newest 200 open incidents of a project; `next` is not null if there are more. */
export const openIncidentsQuery = (projectId: string) =>
  queryOptions({
    queryKey: [...incidentsKey(projectId), "open"],
    queryFn: () =>
      parseResponse(
        incidents.$get({
          param: { projectId },
          query: { ...pageQuery(null, OPEN_INCIDENTS_MAX), state: "open" },
        }),
      ),
  });

/** The open incident of a check; null if there is none. */
export const checkIncidentQuery = ({ projectId, checkId }: { projectId: string; checkId: string }) =>
  queryOptions({
    queryKey: [...incidentsKey(projectId), "of-check", checkId],
    queryFn: async () => {
      const query = { ...pageQuery(null, 1), state: "open" as const, checkId };
      const { items } = await parseResponse(incidents.$get({ param: { projectId }, query }));
      return items[0] ?? null;
    },
  });

/** Every incident of a project, resolved ones too, newest first. */
export const allIncidentsQuery = (projectId: string) =>
  pagedQuery([...incidentsKey(projectId), "all"], (query) =>
    parseResponse(incidents.$get({ param: { projectId }, query: { ...query, state: "all" } })),
  );

export const stormQuery = (ref: StormRef) =>
  queryOptions({
    queryKey: [...incidentsKey(ref.projectId), "storm", ref.stormId],
    queryFn: () => parseResponse(oneStorm.$get({ param: ref })),
  });

/** The incidents of a storm, resolved ones too, newest first. */
export const stormIncidentsQuery = ({ projectId, stormId }: StormRef) =>
  pagedQuery([...incidentsKey(projectId), "storm", stormId, "incidents"], (query) =>
    parseResponse(incidents.$get({ param: { projectId }, query: { ...query, state: "all", stormId } })),
  );

export const incidentQuery = (ref: IncidentRef) =>
  queryOptions({
    queryKey: [...incidentsKey(ref.projectId), "one", ref.incidentId],
    queryFn: () => parseResponse(oneIncident.$get({ param: ref })),
  });

/** The open incident of a check in detail; undefined if none is open, or while it is being read. */
export function useCheckIncident(ref: { projectId: string; checkId: string }): IncidentDetail | undefined {
  const { data: open } = useQuery(checkIncidentQuery(ref));
  const { data } = useQuery({
    ...incidentQuery({ projectId: ref.projectId, incidentId: open?.id ?? "" }),
    enabled: open !== undefined && open !== null,
  });
  return open ? data : undefined;
}

/** The timeline of an incident, oldest first. */
export const timelineQuery = (ref: IncidentRef) =>
  queryOptions({
    queryKey: [...incidentsKey(ref.projectId), "one", ref.incidentId, "timeline"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(oneIncident.timeline.$get({ param: ref, query: pageQuery(cursor) })),
      ),
  });

/** Performs an action on an incident, after which the project's incidents are read again. */
export function useIncidentAction(ref: IncidentRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (action: IncidentAction) => send(ref, action),
    onSuccess: (incident) => {
      client.setQueryData(incidentQuery(ref).queryKey, incident);
      return client.invalidateQueries({ queryKey: incidentsKey(ref.projectId) });
    },
  });
}

/** Acknowledges several incidents; those that somebody else acknowledged meanwhile stay theirs. */
export function useAcknowledgeAll(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: readonly string[]) =>
      Promise.all(ids.map((incidentId) => send({ projectId, incidentId }, { action: "acknowledge" }))),
    onSettled: () => client.invalidateQueries({ queryKey: incidentsKey(projectId) }),
  });
}

export const acknowledgeIncident = (param: IncidentRef) =>
  parseResponse(oneIncident.acknowledge.$post({ param }));

async function send(param: IncidentRef, action: IncidentAction): Promise<IncidentDetail> {
  switch (action.action) {
    case "acknowledge":
      return await acknowledgeIncident(param);
    case "unacknowledge":
      return await parseResponse(oneIncident.unacknowledge.$post({ param }));
    case "snooze":
      return await parseResponse(oneIncident.snooze.$post({ param, json: action.json }));
    case "note":
      return await parseResponse(oneIncident.notes.$post({ param, json: { text: action.text } }));
  }
}
