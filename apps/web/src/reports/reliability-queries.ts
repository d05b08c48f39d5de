import type { NamedSpan } from "@overdue/core";
import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";

const get = projectApi.reliability.$get;

export type ReliabilityView = Extract<InferResponseType<typeof get, 200>, { all: object }>;
export type CheckFigures = ReliabilityView["checks"][number];
export type Figures = ReliabilityView["all"];

type Chosen = { span?: NamedSpan; from?: string; until?: string; tag?: string };

/** What is asked of the API: the span, the tag and the zone of an address. */
export function askedFor({ span, from, until, tag }: Chosen, timezone: string) {
  return {
    timezone,
    ...(from !== undefined && until !== undefined ? { from, until } : span && { span }),
    ...(tag !== undefined && { tag }),
  };
}

export const reliabilityQuery = (projectId: string, query: ReturnType<typeof askedFor>) =>
  queryOptions({
    queryKey: ["projects", projectId, "reliability", query],
    queryFn: async () => {
      const answer = await parseResponse(get({ param: { projectId }, query }));
      if (typeof answer === "string" || !("all" in answer))
        throw new Error("The server answered with a table.");
      return answer;
    },
    staleTime: 60_000,
    // The old figures stay until the new ones are there, so that the page does not jump.
    placeholderData: (before) => before,
  });
