import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";
import type { NamedSpan } from "@overdue/core";
import { parseResponse, ifMatch, projectApi } from "../api/client.ts";

const mine = projectApi["my-report"];

export type ReportView = InferResponseType<typeof projectApi.report.$get, 200>;
export type ReportSettings = InferResponseType<typeof mine.$get, 200>;
export type ReportSettingsPatch = InferRequestType<typeof mine.$patch>["json"];

/** Which report to read: the last complete month by default. */
type ReportChoice = { period?: string; every?: "week"; timezone?: string };

export const reportQuery = (projectId: string, search: ReportChoice) =>
  queryOptions({
    queryKey: ["projects", projectId, "report", search],
    queryFn: () => parseResponse(projectApi.report.$get({ param: { projectId }, query: search })),
    staleTime: 60_000,
  });

/** The settings of the signed-in person's report of a project. */
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

const get = projectApi.reliability.$get;

export type ReliabilityView = Extract<InferResponseType<typeof get, 200>, { all: object }>;
export type CheckFigures = ReliabilityView["checks"][number];
export type Figures = ReliabilityView["all"];

type ReliabilityChoice = { span?: NamedSpan; from?: string; until?: string; tag?: string };

/** The query for the API, from the choices in an address: the span, the tag and the time zone. */
export function reliabilityParams({ span, from, until, tag }: ReliabilityChoice, timezone: string) {
  return {
    timezone,
    ...(from !== undefined && until !== undefined ? { from, until } : span && { span }),
    ...(tag !== undefined && { tag }),
  };
}

export const reliabilityQuery = (projectId: string, query: ReturnType<typeof reliabilityParams>) =>
  queryOptions({
    queryKey: ["projects", projectId, "reliability", query],
    queryFn: async () => {
      const report = await parseResponse(get({ param: { projectId }, query }));
      if (typeof report === "string" || !("all" in report))
        throw new Error("The server returned a table instead of JSON.");
      return report;
    },
    staleTime: 60_000,
    // The old figures are shown until the new ones have arrived, so that the page does not jump.
    placeholderData: (before) => before,
  });
