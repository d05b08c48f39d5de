import { queryOptions } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { useProjectMutation } from "../api/paging.ts";
import { ApiError } from "../api/problem.ts";

const { shadow } = projectApi;

export type ShadowView = InferResponseType<typeof shadow.$get, 200>;
export type ShadowInput = InferRequestType<typeof shadow.$put>["json"];
export type ShadowComparison = InferResponseType<typeof shadow.comparison.$get, 200>;

const REFRESH_MS = 15_000;

/** Null where the project never had a shadow mode. */
export const shadowQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "shadow"],
    queryFn: () =>
      parseResponse(shadow.$get({ param: { projectId } })).catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }),
    refetchInterval: REFRESH_MS,
  });

export const comparisonQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "shadow", "comparison"],
    queryFn: () => parseResponse(shadow.comparison.$get({ param: { projectId }, query: {} })),
    refetchInterval: 4 * REFRESH_MS,
  });

const part = (projectId: string) => ({ projectId, parts: ["shadow"] });

/** `version`: the version in the form; null: there was none. */
export const useStartShadow = (projectId: string) =>
  useProjectMutation(part(projectId), ({ json, version }: { json: ShadowInput; version: number | null }) =>
    parseResponse(
      shadow.$put({ param: { projectId }, header: version === null ? {} : ifMatch(version), json }),
    ),
  );

export const useSwitchOver = (projectId: string) =>
  useProjectMutation(part(projectId), () =>
    parseResponse(shadow["switch-over"].$post({ param: { projectId } })),
  );

export const useResumeShadow = (projectId: string) =>
  useProjectMutation(part(projectId), () => parseResponse(shadow.resume.$post({ param: { projectId } })));
