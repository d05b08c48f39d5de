import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";

type ActivityPage = InferResponseType<typeof projectApi.activity.$get, 200>;
/** The activity of a check in a span; its times are milliseconds after the beginning of the span. */
export type CheckActivity = ActivityPage["items"][number];
export type Activity = Omit<ActivityPage, "next">;
/** Epoch milliseconds. */
export type Span = { from: number; until: number };

const REFRESH_MS = 30_000;
const ITEMS_PER_PAGE = "200";

/** The activity of every check of a project in a span, and what will be due in it. `isLive`: read again every 30 s. */
export const activityQuery = (projectId: string, span: Span, isLive: boolean) =>
  queryOptions({
    queryKey: ["projects", projectId, "activity", span.from, span.until],
    queryFn: () => readActivity(projectId, span),
    placeholderData: keepPreviousData,
    ...(isLive && { refetchInterval: REFRESH_MS }),
  });

async function readActivity(projectId: string, { from, until }: Span): Promise<Activity> {
  const query = {
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    limit: ITEMS_PER_PAGE,
  };
  const read = (more: { cursor?: string }) =>
    parseResponse(projectApi.activity.$get({ param: { projectId }, query: { ...query, ...more } }));
  const first = await read({});
  const items = [...first.items];
  let { next } = first;
  while (next !== null) {
    const page = await read({ cursor: next });
    items.push(...page.items);
    next = page.next;
  }
  return { ...first, items };
}
