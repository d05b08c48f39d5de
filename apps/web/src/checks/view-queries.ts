import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { pageQuery, readAllPages } from "../api/paging.ts";
import { parseResponse, projectApi } from "../api/client.ts";

const { views } = projectApi;

export type SavedView = InferResponseType<typeof views.$get, 200>["items"][number];
type NewView = InferRequestType<typeof views.$post>["json"];

/** The person's saved views of the list, and those of the project. */
export const viewsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "views"],
    queryFn: async () => {
      await moveStoredViews(projectId);
      return await readAllPages((cursor) =>
        parseResponse(views.$get({ param: { projectId }, query: pageQuery(cursor) })),
      );
    },
  });

/** Saves a view; one of the same name is replaced. */
export function useSaveView(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: NewView) => parseResponse(views.$post({ param: { projectId }, json })),
    onSettled: () => readAgain(client, projectId),
  });
}

export function useRemoveView(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (viewId: string) => parseResponse(views[":viewId"].$delete({ param: { projectId, viewId } })),
    onSettled: () => readAgain(client, projectId),
  });
}

function readAgain(client: QueryClient, projectId: string) {
  return client.invalidateQueries({ queryKey: viewsQuery(projectId).queryKey });
}

/** Views were kept in the browser once: what is there moves to the server, and stays where that does not work. */
async function moveStoredViews(projectId: string): Promise<void> {
  const key = `overdue-views-${projectId}`;
  const stored = localStorage.getItem(key);
  if (stored === null) return;
  try {
    const old: { name: string; search: NewView["search"] }[] = JSON.parse(stored);
    for (const { name, search } of old)
      await parseResponse(views.$post({ param: { projectId }, json: { name, search } }));
    localStorage.removeItem(key);
  } catch {
    // What is there cannot be read, or the server is away: it is tried again with the next visit.
  }
}
