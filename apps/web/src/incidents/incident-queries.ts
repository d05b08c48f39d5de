import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { answerOf, inProject } from "../api/client.ts";
import { everyPage, pageQuery } from "../api/pages.ts";

const { incidents, storms } = inProject;
const oneIncident = incidents[":incidentId"];
const oneStorm = storms[":stormId"];

export type IncidentSummary = InferResponseType<typeof incidents.$get, 200>["items"][number];
export type IncidentDetail = InferResponseType<typeof oneIncident.$get, 200>;
export type TimelineItem = InferResponseType<typeof oneIncident.timeline.$get, 200>["items"][number];
export type StormView = InferResponseType<typeof oneStorm.$get, 200>;
export type StormRef = { projectId: string; stormId: string };
export type IncidentRef = { projectId: string; incidentId: string };

/** What a person does with an incident; a snooze and a note say what they need besides. */
export type IncidentAct =
  | { act: "acknowledge" | "unacknowledge" }
  | { act: "snooze"; json: InferRequestType<typeof oneIncident.snooze.$post>["json"] }
  | { act: "note"; text: string };

const COUNTED_MAX = 200;
const PER_PAGE = 50;
const keyOf = (projectId: string) => ["projects", projectId, "incidents"];

/** The newest 200 open incidents of a project; `next` tells of more. */
export const openIncidentsQuery = (projectId: string) =>
  queryOptions({
    queryKey: [...keyOf(projectId), "open"],
    queryFn: () =>
      answerOf(
        incidents.$get({ param: { projectId }, query: { ...pageQuery(null, COUNTED_MAX), state: "open" } }),
      ),
  });

/** The open incident of a check; null where none is. */
export const checkIncidentQuery = ({ projectId, checkId }: { projectId: string; checkId: string }) =>
  queryOptions({
    queryKey: [...keyOf(projectId), "of-check", checkId],
    queryFn: async () => {
      const query = { ...pageQuery(null, 1), state: "open" as const, checkId };
      const { items } = await answerOf(incidents.$get({ param: { projectId }, query }));
      return items[0] ?? null;
    },
  });

/** Every incident of a project, those that are over too, newest first. */
export const allIncidentsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(projectId), "all"],
    queryFn: ({ pageParam }) =>
      answerOf(
        incidents.$get({ param: { projectId }, query: { ...pageQuery(pageParam, PER_PAGE), state: "all" } }),
      ),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

export const stormQuery = (ref: StormRef) =>
  queryOptions({
    queryKey: [...keyOf(ref.projectId), "storm", ref.stormId],
    queryFn: () => answerOf(oneStorm.$get({ param: ref })),
  });

/** The incidents of a storm, those that are over too, newest first. */
export const stormIncidentsQuery = ({ projectId, stormId }: StormRef) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(projectId), "storm", stormId, "incidents"],
    queryFn: ({ pageParam }) => {
      const query = { ...pageQuery(pageParam, PER_PAGE), state: "all" as const, stormId };
      return answerOf(incidents.$get({ param: { projectId }, query }));
    },
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

export const incidentQuery = (ref: IncidentRef) =>
  queryOptions({
    queryKey: [...keyOf(ref.projectId), "one", ref.incidentId],
    queryFn: () => answerOf(oneIncident.$get({ param: ref })),
  });

/** What happened, oldest first. */
export const timelineQuery = (ref: IncidentRef) =>
  queryOptions({
    queryKey: [...keyOf(ref.projectId), "one", ref.incidentId, "timeline"],
    queryFn: () =>
      everyPage((cursor) => answerOf(oneIncident.timeline.$get({ param: ref, query: pageQuery(cursor) }))),
  });

/** Acts on an incident; what was read of the project's incidents is read again. */
export function useIncidentAct(ref: IncidentRef) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (act: IncidentAct) => send(ref, act),
    onSuccess: (incident) => {
      client.setQueryData(incidentQuery(ref).queryKey, incident);
      return client.invalidateQueries({ queryKey: keyOf(ref.projectId) });
    },
  });
}

async function send(param: IncidentRef, act: IncidentAct): Promise<IncidentDetail> {
  switch (act.act) {
    case "acknowledge":
      return await answerOf(oneIncident.acknowledge.$post({ param }));
    case "unacknowledge":
      return await answerOf(oneIncident.unacknowledge.$post({ param }));
    case "snooze":
      return await answerOf(oneIncident.snooze.$post({ param, json: act.json }));
    case "note":
      return await answerOf(oneIncident.notes.$post({ param, json: { text: act.text } }));
  }
}

const firstPage = (): string | null => null;
