import type { Schedule } from "@overdue/core";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

import { post } from "../api/upcoming.ts";

type ClockMark = "skipped" | "moved" | "doubled";
export type Explained = {
  text: string;
  next: { at: string; local: string; mark: ClockMark | null }[];
};

/** What a schedule means, and when it comes next. Fails with the sentence that saving it would. */
export const explainQuery = (schedule: Schedule) =>
  queryOptions({
    queryKey: ["schedules", "explain", schedule],
    queryFn: () => post<Explained>("/v1/schedules/explain", { schedule }),
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 10_000,
  });
