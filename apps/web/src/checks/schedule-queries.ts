import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, api } from "../api/client.ts";
import type { CheckSchedule } from "./check-queries.ts";

/** How long a pause in typing asks the server what the schedule means. */
export const TYPING_MS = 250;

const { explain } = api.v1.schedules;

export type Explained = InferResponseType<typeof explain.$post, 200>;

/** What a schedule means, and when it comes next. Fails with the sentence that saving it would. */
export const explainQuery = (schedule: CheckSchedule) =>
  queryOptions({
    queryKey: ["schedules", "explain", schedule],
    queryFn: () => answerOf(explain.$post({ json: { schedule } })),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });

/** The zone in which a schedule is meant; undefined where it has none, so that the browser's serves. */
export function scheduleZone(schedule: CheckSchedule): string | undefined {
  return schedule.kind === "interval" ? undefined : schedule.timezone;
}
