import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import type { UptimeSearch } from "../app/search.ts";

const get = projectApi.reliability.$get;

export type ReliabilityView = Exclude<InferResponseType<typeof get, 200>, string>;
export type CheckFigures = ReliabilityView["checks"][number];
export type Figures = ReliabilityView["all"];

/** What is asked of the API: the span, the tag and the zone of an address. */
export function askedFor({ span, from, until, tag }: UptimeSearch, timezone: string) {
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
      if (typeof answer === "string") throw new Error("The server answered with a text.");
      return answer;
    },
    staleTime: 60_000,
    // The old figures stay until the new ones are there, so that the page does not jump.
    placeholderData: (before) => before,
  });
