import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, ifMatch, inProject } from "../api/client.ts";
import { everyPage, pageQuery } from "../api/pages.ts";
import type { StartDraft } from "./start-now.tsx";
import type { WindowDraft } from "./window-values.ts";

const { maintenance } = inProject;
const oneWindow = maintenance[":windowId"];

export type WindowView = InferResponseType<typeof oneWindow.$get, 200>;

/** The maintenance windows of a project. */
export const windowsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "maintenance"],
    queryFn: () =>
      everyPage((cursor) => answerOf(maintenance.$get({ param: { projectId }, query: pageQuery(cursor) }))),
    refetchInterval: 60_000,
  });

export function useCreateWindow(projectId: string) {
  return useWindowsMutation(projectId, (json: WindowDraft) =>
    answerOf(maintenance.$post({ param: { projectId }, json })),
  );
}

export function useEditWindow(projectId: string, windowId: string) {
  return useWindowsMutation(projectId, ({ draft, version }: { draft: WindowDraft; version: number }) =>
    answerOf(oneWindow.$patch({ param: { projectId, windowId }, header: ifMatch(version), json: draft })),
  );
}

export function useDeleteWindow(projectId: string) {
  return useWindowsMutation(projectId, (windowId: string) =>
    answerOf(oneWindow.$delete({ param: { projectId, windowId } })),
  );
}

export function useRestoreWindow(projectId: string) {
  return useWindowsMutation(projectId, (windowId: string) =>
    answerOf(oneWindow.restore.$post({ param: { projectId, windowId } })),
  );
}

/** A window from this moment on. */
export function useStartWindow(projectId: string) {
  return useWindowsMutation(projectId, (json: StartDraft) =>
    answerOf(maintenance.start.$post({ param: { projectId }, json })),
  );
}

/** The span that lasts now ends now. */
export function useStopWindow(projectId: string) {
  return useWindowsMutation(projectId, (windowId: string) =>
    answerOf(oneWindow.stop.$post({ param: { projectId, windowId } })),
  );
}

function useWindowsMutation<Input, Output>(projectId: string, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSuccess: () => client.invalidateQueries({ queryKey: ["projects", projectId, "maintenance"] }),
  });
}
