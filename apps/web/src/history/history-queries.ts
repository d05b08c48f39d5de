import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, inProject } from "../api/client.ts";
import { type Page, pageQuery } from "../api/pages.ts";

const ofCheck = inProject.checks[":checkId"];

export type PingView = InferResponseType<typeof ofCheck.pings.$get, 200>["items"][number];
export type RunView = InferResponseType<typeof ofCheck.runs.$get, 200>["items"][number];
export type SlotView = InferResponseType<typeof ofCheck.slots.$get, 200>["items"][number];
export type FlipView = InferResponseType<typeof ofCheck.flips.$get, 200>["items"][number];
export type IncidentView = InferResponseType<typeof ofCheck.incidents.$get, 200>["items"][number];

export type NoticeView = InferResponseType<typeof ofCheck.notices.$get, 200>["items"][number];

export type RefusedPing = InferResponseType<
  (typeof inProject)["refused-pings"]["$get"],
  200
>["items"][number];

type Of = { projectId: string; checkId: string };
type Asked = { param: Of; query: { limit: string; cursor?: string } };

const PER_PAGE = 50;

/** What a check has lived through, newest first, page by page. */
export const pingsQuery = (of: Of) => pagesQuery(of, "pings", (asked) => answerOf(ofCheck.pings.$get(asked)));
export const runsQuery = (of: Of) => pagesQuery(of, "runs", (asked) => answerOf(ofCheck.runs.$get(asked)));
export const slotsQuery = (of: Of) => pagesQuery(of, "slots", (asked) => answerOf(ofCheck.slots.$get(asked)));
export const flipsQuery = (of: Of) => pagesQuery(of, "flips", (asked) => answerOf(ofCheck.flips.$get(asked)));
export const incidentsQuery = (of: Of) =>
  pagesQuery(of, "incidents", (asked) => answerOf(ofCheck.incidents.$get(asked)));

export const noticesQuery = (of: Of) =>
  pagesQuery(of, "notices", (asked) => answerOf(ofCheck.notices.$get(asked)));

const REFRESH_MS = 30_000;

/** Pings that did not count, of a project or of one check, those that came last first. */
export const refusedPingsQuery = ({ projectId, checkId }: { projectId: string; checkId?: string }) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "refused-pings", checkId ?? "all"],
    queryFn: ({ pageParam }) =>
      answerOf(
        inProject["refused-pings"].$get({
          param: { projectId },
          query: { ...pageQuery(pageParam, PER_PAGE), ...(checkId !== undefined && { checkId }) },
        }),
      ),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    // They change no check, so that no event tells of them.
    refetchInterval: REFRESH_MS,
  });

/** Spans in which Overdue itself could not receive pings, newest first; one that lasts is not yet among them. */
export const outagesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "outages"],
    queryFn: () => answerOf(inProject.outages.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) =>
      items.flatMap(({ endedAt, ...outage }) => (endedAt === null ? [] : [{ ...outage, endedAt }])),
  });

/** What a ping carried, as text. It never changes. */
export const pingBodyQuery = (of: Of, number: number) =>
  queryOptions({
    queryKey: ["projects", of.projectId, "ping-bodies", of.checkId, number],
    queryFn: async () =>
      (await ofCheck.pings[":number"].body.$get({ param: { ...of, number: String(number) } })).text(),
    staleTime: Number.POSITIVE_INFINITY,
  });

function pagesQuery<T>(of: Of, what: string, read: (asked: Asked) => Promise<Page<T>>) {
  return infiniteQueryOptions({
    queryKey: ["projects", of.projectId, "checks", of.checkId, what],
    queryFn: ({ pageParam }) => read({ param: of, query: pageQuery(pageParam, PER_PAGE) }),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

const firstPage = (): string | null => null;
