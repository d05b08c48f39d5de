import { queryOptions } from "@tanstack/react-query";

import { answerOf, api } from "../api/client.ts";
import { ApiError } from "../api/problem.ts";

// A checker counts as stopped after 15 s: with this the banner stands within 30 s.
const EVERY_MS = 10_000;

/** Why alerts may be late, as the installation says it of itself; null while all is well. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: async () => (await answerOf(api.v1.instance.$get())).problem,
  refetchInterval: EVERY_MS,
  staleTime: 0,
  retry: 1,
});

/** What an answer that failed tells: the server's own trouble, that nobody answered, or nothing of the kind. */
export function troubleOf(error: unknown): { kind: "ill"; because: string } | { kind: "lost" } | null {
  if (!(error instanceof ApiError)) return error === null ? null : { kind: "lost" };
  return error.status >= 500 ? { kind: "ill", because: error.message } : null;
}
