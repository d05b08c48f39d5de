import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { answerOf, ifMatch, inProject } from "../api/client.ts";

const mine = inProject["my-report"];

export type ReportView = InferResponseType<typeof inProject.report.$get, 200>;
export type ChoiceView = InferResponseType<typeof mine.$get, 200>;
export type ChoicePatch = InferRequestType<typeof mine.$patch>["json"];

/** The last month that is over, where nothing is said. */
type Shown = { period?: string; every?: "week"; timezone?: string };

export const reportQuery = (projectId: string, search: Shown) =>
  queryOptions({
    queryKey: ["projects", projectId, "report", search],
    queryFn: () => answerOf(inProject.report.$get({ param: { projectId }, query: search })),
    staleTime: 60_000,
  });

/** How often the person who is signed in gets the project's report. */
export const choiceQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "my-report"],
    queryFn: () => answerOf(mine.$get({ param: { projectId } })),
  });

export function useChoose(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ patch, version }: { patch: ChoicePatch; version: number }) =>
      answerOf(mine.$patch({ param: { projectId }, header: ifMatch(version), json: patch })),
    onSuccess: (choice) => client.setQueryData(choiceQuery(projectId).queryKey, choice),
    onError: () => client.invalidateQueries(choiceQuery(projectId)),
  });
}

/** The newest report to one's own address, at once. */
export function useSendReport(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(mine.send.$post({ param: { projectId } })),
    onSuccess: () => client.invalidateQueries(choiceQuery(projectId)),
  });
}
