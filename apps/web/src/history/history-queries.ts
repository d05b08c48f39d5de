import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { type Page, pagedQuery, type PageQuery, pageQuery } from "../api/paging.ts";

const oneCheck = projectApi.checks[":checkId"];

export type PingView = InferResponseType<typeof oneCheck.pings.$get, 200>["items"][number];
export type RunView = InferResponseType<typeof oneCheck.runs.$get, 200>["items"][number];
export type SlotView = InferResponseType<typeof oneCheck.slots.$get, 200>["items"][number];
export type FlipView = InferResponseType<typeof oneCheck.flips.$get, 200>["items"][number];
export type IncidentView = InferResponseType<typeof oneCheck.incidents.$get, 200>["items"][number];
export type NoticeView = InferResponseType<typeof oneCheck.notices.$get, 200>["items"][number];
export type RefusedPing = InferResponseType<
  (typeof projectApi)["refused-pings"]["$get"],
  200
>["items"][number];

export type UptimeView = InferResponseType<typeof oneCheck.uptime.$get, 200>;

/** A check, and the zone in which its times are meant; undefined for a schedule without one. */
export type CheckInZone = { projectId: string; checkId: string; zone: string | undefined };
type CheckRef = Pick<CheckInZone, "projectId" | "checkId">;

// The lists of what a check has recorded, newest first, page by page.
export const pingsQuery = (ref: CheckRef) =>
  historyQuery(ref, "pings", (input) => parseResponse(oneCheck.pings.$get(input)));
export const runsQuery = (ref: CheckRef) =>
  historyQuery(ref, "runs", (input) => parseResponse(oneCheck.runs.$get(input)));
export const slotsQuery = (ref: CheckRef) =>
  historyQuery(ref, "slots", (input) => parseResponse(oneCheck.slots.$get(input)));
export const flipsQuery = (ref: CheckRef) =>
  historyQuery(ref, "flips", (input) => parseResponse(oneCheck.flips.$get(input)));
export const incidentsQuery = (ref: CheckRef) =>
  historyQuery(ref, "incidents", (input) => parseResponse(oneCheck.incidents.$get(input)));
export const noticesQuery = (ref: CheckRef) =>
  historyQuery(ref, "notices", (input) => parseResponse(oneCheck.notices.$get(input)));

/** The uptime of a check over several spans, and the outcomes of its last 90 days in `timezone`. */
export const uptimeQuery = ({ projectId, checkId }: CheckRef, timezone: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "checks", checkId, "uptime", timezone],
    queryFn: () =>
      parseResponse(oneCheck.uptime.$get({ param: { projectId, checkId }, query: { timezone } })),
  });

/** How long the last runs of a check took, and their baseline. */
export const durationsQuery = ({ projectId, checkId }: CheckRef) =>
  queryOptions({
    queryKey: ["projects", projectId, "checks", checkId, "durations"],
    queryFn: () => parseResponse(oneCheck.durations.$get({ param: { projectId, checkId } })),
  });

/** The numbers that the last runs of a check reported. */
export const metricsQuery = ({ projectId, checkId }: CheckRef) =>
  queryOptions({
    queryKey: ["projects", projectId, "checks", checkId, "metrics"],
    queryFn: () => parseResponse(oneCheck.metrics.$get({ param: { projectId, checkId } })),
  });

function historyQuery<T>(
  { projectId, checkId }: CheckRef,
  part: string,
  read: (input: { param: CheckRef; query: PageQuery }) => Promise<Page<T>>,
) {
  return pagedQuery(["projects", projectId, "checks", checkId, part], (query) =>
    read({ param: { projectId, checkId }, query }),
  );
}

const REFRESH_MS = 30_000;

/** Pings that did not count, of a project or of one of its checks, newest first. */
export const refusedPingsQuery = ({ projectId, checkId }: { projectId: string; checkId?: string }) => ({
  ...pagedQuery(["projects", projectId, "refused-pings", checkId ?? "all"], (page) =>
    parseResponse(
      projectApi["refused-pings"].$get({
        param: { projectId },
        query: { ...page, ...(checkId !== undefined && { checkId }) },
      }),
    ),
  ),
  // A refused ping changes no check, so no live event announces it.
  refetchInterval: REFRESH_MS,
});

/** Spans in which Overdue itself could not receive pings, newest first; one that has not ended is left out. */
export const outagesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "outages"],
    queryFn: () => parseResponse(projectApi.outages.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) =>
      items.flatMap(({ endedAt, ...outage }) => (endedAt === null ? [] : [{ ...outage, endedAt }])),
  });

/** The body of a ping as text. It never changes. */
export const pingBodyQuery = ({ projectId, checkId }: CheckRef, number: number) =>
  queryOptions({
    queryKey: ["projects", projectId, "ping-bodies", checkId, number],
    queryFn: async () => {
      const param = { projectId, checkId, number: String(number) };
      return (await oneCheck.pings[":number"].body.$get({ param })).text();
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
