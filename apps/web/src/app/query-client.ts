import { QueryClient } from "@tanstack/react-query";

import { ApiError } from "../api/problem.ts";

const TRIES_MAX = 2;

/** What the pages have read. Events, not time, say when it is out of date; the age is a second net. */
export function createAppQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, retry: (failures, error) => failures < TRIES_MAX && mayPass(error) },
    },
  });
}

/** Asking again helps where nobody answered or the server is not ready, never where it said no. */
function mayPass(error: Error): boolean {
  return !(error instanceof ApiError) || error.status >= 500;
}
