import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { parseResponse, ifMatch, projectApi } from "../api/client.ts";

const mine = projectApi["my-report"];

export type ReportView = InferResponseType<typeof projectApi.report.$get, 200>;
export type ReportSettings = InferResponseType<typeof mine.$get, 200>;
export type ReportSettingsPatch = InferRequestType<typeof mine.$patch>["json"];

/** Which report: the last complete month by default. */
type Shown = { period?: string; every?: "week"; timezone?: string };

export const reportQuery = (projectId: string, search: Shown) =>
  queryOptions({
    queryKey: ["projects", projectId, "report", search],
    queryFn: () => parseResponse(projectApi.report.$get({ param: { projectId }, query: search })),
    staleTime: 60_000,
  });

/** How often the signed-in person gets the project's report. */
export const reportSettingsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "my-report"],
    queryFn: () => parseResponse(mine.$get({ param: { projectId } })),
  });

export function useSaveReportSettings(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ patch, version }: { patch: ReportSettingsPatch; version: number }) =>
      parseResponse(mine.$patch({ param: { projectId }, header: ifMatch(version), json: patch })),
    onSuccess: (choice) => client.setQueryData(reportSettingsQuery(projectId).queryKey, choice),
    onError: () => client.invalidateQueries(reportSettingsQuery(projectId)),
  });
}

/** Sends the newest report to the signed-in person now. */
export function useSendReport(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => parseResponse(mine.send.$post({ param: { projectId } })),
    onSuccess: () => client.invalidateQueries(reportSettingsQuery(projectId)),
  });
}
