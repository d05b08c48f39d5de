import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, api } from "../api/client.ts";
import type { CheckSchedule } from "./check-queries.ts";

/** A pause in typing of this length asks the server what the schedule means. */
export const TYPING_MS = 250;

const { explain } = api.v1.schedules;

export type Explained = InferResponseType<typeof explain.$post, 200>;

/** What a schedule means, and its next times. It fails with the same message as saving the schedule would. */
export const explainQuery = (schedule: CheckSchedule) =>
  queryOptions({
    queryKey: ["schedules", "explain", schedule],
    queryFn: () => parseResponse(explain.$post({ json: { schedule } })),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });

/** The zone of a schedule; undefined for an interval, which has none and is shown in the browser's. */
export function scheduleZone(schedule: CheckSchedule): string | undefined {
  return schedule.kind === "interval" ? undefined : schedule.timezone;
}
