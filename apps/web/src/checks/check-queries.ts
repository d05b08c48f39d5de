import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { parseResponse, ifMatch, projectApi } from "../api/client.ts";
import { readAllPages, pageQuery } from "../api/paging.ts";

const checks = projectApi.checks;
const oneCheck = checks[":checkId"];

export type CheckView = InferResponseType<typeof oneCheck.$get, 200>;
/** As the API returns it: the same as core's, except that an optional field may also be undefined. */
export type CheckSchedule = CheckView["schedule"];
/** The settings of a new check. */
export type CheckInput = InferRequestType<typeof checks.$post>["json"];
export type CheckPatch = InferRequestType<typeof oneCheck.$patch>["json"];
/** A check by the ids in its address. */
export type CheckRef = { projectId: string; checkId: string };

const oneKey = ({ projectId, checkId }: CheckRef) => ["projects", projectId, "checks", checkId];

/** Every check of a project. */
export const checksQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "check-list"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(checks.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
  });

export const checkQuery = (ref: CheckRef) =>
  queryOptions({ queryKey: oneKey(ref), queryFn: () => parseResponse(oneCheck.$get({ param: ref })) });

/** How the runs of a check do not match its schedule, where that is known. */
export const findingsQuery = (ref: CheckRef) =>
  queryOptions({
    queryKey: [...oneKey(ref), "findings"],
    queryFn: () => parseResponse(oneCheck.findings.$get({ param: ref })),
    select: ({ items }) => items,
  });

/** Reads one check again, replaces it in the list, and marks its history to be read again. */
export async function refreshCheck(client: QueryClient, ref: CheckRef): Promise<void> {
  storeCheck(client, await client.fetchQuery({ ...checkQuery(ref), staleTime: 0 }));
  await client.invalidateQueries({
    queryKey: oneKey(ref),
    predicate: ({ queryKey }) => queryKey.length > oneKey(ref).length,
  });
}

type SavedCheck =
  | { edited: null; draft: CheckInput }
  | { edited: Pick<CheckView, "id" | "version"> | null; draft: CheckPatch & CheckInput }
  | { edited: Pick<CheckView, "id" | "version">; draft: CheckPatch };

/** Creates a check where `edited` is null; otherwise it edits that version of it. */
export function useSaveCheck(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ edited, draft }: SavedCheck) => {
      if (edited === null) return await parseResponse(checks.$post({ param: { projectId }, json: draft }));
      const param = { projectId, checkId: edited.id };
      return await parseResponse(oneCheck.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
    onSuccess: (check) => {
      storeCheck(client, check);
      return client.invalidateQueries({
        queryKey: findingsQuery({ projectId, checkId: check.id }).queryKey,
      });
    },
  });
}

/** Pauses or resumes a check, or restores a deleted one. */
export function useCheckAction(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ checkId, action }: { checkId: string; action: "pause" | "resume" | "restore" }) =>
      parseResponse(oneCheck[action].$post({ param: { projectId, checkId } })),
    onSuccess: (check) => storeCheck(client, check),
  });
}

export function useDeleteCheck(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (checkId: string) => parseResponse(oneCheck.$delete({ param: { projectId, checkId } })),
    onSuccess: (_, checkId) =>
      client.setQueryData(checksQuery(projectId).queryKey, (known) =>
        known?.filter((check) => check.id !== checkId),
      ),
  });
}

function storeCheck(client: QueryClient, check: CheckView): void {
  client.setQueryData(checkQuery({ projectId: check.projectId, checkId: check.id }).queryKey, check);
  client.setQueryData(checksQuery(check.projectId).queryKey, (known) => known && withCheck(known, check));
}

function withCheck(known: CheckView[], check: CheckView): CheckView[] {
  return known.some(({ id }) => id === check.id)
    ? known.map((old) => (old.id === check.id ? check : old))
    : [...known, check];
}
