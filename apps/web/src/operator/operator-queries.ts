import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, api } from "../api/client.ts";

export type OperatorView = InferResponseType<typeof api.v1.operator.$get, 200>;

const EVERY_MS = 5_000;

/** How the whole installation does; for its operators. */
export const operatorQuery = queryOptions({
  queryKey: ["operator"],
  queryFn: () => answerOf(api.v1.operator.$get()),
  refetchInterval: EVERY_MS,
});
