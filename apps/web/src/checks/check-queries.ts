import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { parseResponse, ifMatch, projectApi } from "../api/client.ts";
import { toast } from "../ui/toast.tsx";

const checks = projectApi.checks;
const overviews = projectApi["check-overviews"];
const oneCheck = checks[":checkId"];

/** A check as lists show it. */
export type CheckOverview = InferResponseType<typeof overviews.$get, 200>["items"][number];
export type CheckView = InferResponseType<typeof oneCheck.$get, 200>;
/** A schedule as the API returns it: core's type, except that an optional field may also be undefined. */
export type CheckSchedule = CheckView["schedule"];
/** The settings of a new check. */
export type CheckInput = InferRequestType<typeof checks.$post>["json"];
export type CheckPatch = InferRequestType<typeof oneCheck.$patch>["json"];
/** A check by the ids in its address. */
export type CheckRef = { projectId: string; checkId: string };

const listKey = (projectId: string) => ["projects", projectId, "check-list"];
const oneKey = ({ projectId, checkId }: CheckRef) => ["projects", projectId, "checks", checkId];

/** Every check of a project, as lists show it. */
export const checksQuery = (projectId: string) =>
  queryOptions({
    queryKey: listKey(projectId),
    queryFn: async ({ client, queryKey }) =>
      keepStrips(client.getQueryData<CheckOverview[]>(queryKey), await readOverviews(projectId)),
  });

/** Adds the strips that the page already has of checks that have not changed since. */
function keepStrips(known: readonly CheckOverview[] | undefined, checks: CheckOverview[]): CheckOverview[] {
  if (known === undefined || checks.every(({ strip }) => strip !== undefined)) return checks;
  const before = new Map(known.map((check) => [check.id, check]));
  return checks.map((check) => {
    const old = before.get(check.id);
    const isSame = STRIP_FIELDS.every((name) => check[name] === old?.[name]);
    return isSame && old?.strip !== undefined ? { ...check, strip: old.strip } : check;
  });
}

/** While these fields are the same, so is the strip. */
const STRIP_FIELDS = ["lastHeardAt", "status", "expectedAt", "runningSince"] as const;

async function readOverviews(projectId: string, ids: readonly string[] = []): Promise<CheckOverview[]> {
  const query = ids.length === 0 ? {} : { id: [...ids] };
  return (await parseResponse(overviews.$get({ param: { projectId }, query }))).items;
}

export const checkQuery = (ref: CheckRef) =>
  queryOptions({ queryKey: oneKey(ref), queryFn: () => parseResponse(oneCheck.$get({ param: ref })) });

/** In which ways the runs of a check do not match its schedule, as far as observed. */
export const findingsQuery = (ref: CheckRef) =>
  queryOptions({
    queryKey: [...oneKey(ref), "findings"],
    queryFn: () => parseResponse(oneCheck.findings.$get({ param: ref })),
    select: ({ items }) => items,
  });

const CHECKS_PER_REQUEST = 50;

/** Reads the strips of up to 50 checks, which a long list of checks comes without. */
export async function loadStrips(
  client: QueryClient,
  projectId: string,
  ids: readonly string[],
): Promise<void> {
  await readAgain(client, projectId, ids.slice(0, CHECKS_PER_REQUEST));
}

/**
 * Reads changed checks again, replaces them in the list, and invalidates the queries about them. A deleted check is
 * removed from the list. A response is ignored if a later request for the same check was made meanwhile: it may still
 * contain a check that was deleted since.
 */
export async function refreshChecks(
  client: QueryClient,
  projectId: string,
  ids: readonly string[],
): Promise<void> {
  const history = Promise.all(
    ids.map((checkId) => client.invalidateQueries({ queryKey: oneKey({ projectId, checkId }) })),
  );
  if (client.getQueryData(listKey(projectId)) !== undefined) await readAgain(client, projectId, ids);
  await history;
}

async function readAgain(client: QueryClient, projectId: string, ids: readonly string[]): Promise<void> {
  const isNewest = beginRefresh(client, ids);
  const changed = new Map((await readOverviews(projectId, ids)).map((check) => [check.id, check]));
  updateList(client, projectId, (known) => replaceChecks(known, ids.filter(isNewest), changed));
}

const refreshes = new WeakMap<QueryClient, Map<string, object>>();

/** Notes that these checks are being read. The returned function says whether a check was not requested again since. */
function beginRefresh(client: QueryClient, ids: readonly string[]): (id: string) => boolean {
  const newest = refreshes.get(client) ?? new Map<string, object>();
  refreshes.set(client, newest);
  const refresh = {};
  ids.forEach((id) => newest.set(id, refresh));
  return (id) => newest.get(id) === refresh;
}

/** The list with these checks replaced in place, new ones at the end, and without deleted ones. */
function replaceChecks(
  known: readonly CheckOverview[],
  ids: readonly string[],
  changed: ReadonlyMap<string, CheckOverview>,
): CheckOverview[] {
  const requestedIds = new Set(ids);
  const knownIds = new Set(known.map(({ id }) => id));
  const kept = known.flatMap((check) => (requestedIds.has(check.id) ? (changed.get(check.id) ?? []) : check));
  const added = [...changed.values()].filter(({ id }) => requestedIds.has(id) && !knownIds.has(id));
  return [...kept, ...added];
}

function updateList(
  client: QueryClient,
  projectId: string,
  update: (known: CheckOverview[]) => CheckOverview[],
): void {
  client.setQueryData(checksQuery(projectId).queryKey, (known) => known && update(known));
}

type CheckEdit =
  | { edited: null; draft: CheckInput }
  | { edited: Pick<CheckView, "id" | "version"> | null; draft: CheckPatch & CheckInput }
  | { edited: Pick<CheckView, "id" | "version">; draft: CheckPatch };

/** Creates a check if `edited` is null, otherwise saves that version of it. */
export function useSaveCheck(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ edited, draft }: CheckEdit) => {
      if (edited === null) return await parseResponse(checks.$post({ param: { projectId }, json: draft }));
      const param = { projectId, checkId: edited.id };
      return await parseResponse(oneCheck.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
    onSuccess: ({ warnings, ...check }) => {
      storeCheck(client, check);
      warnings.forEach(toast.warning);
      return client.invalidateQueries({
        queryKey: findingsQuery({ projectId, checkId: check.id }).queryKey,
      });
    },
  });
}

export type CheckAction = "pause" | "resume" | "undo-pause" | "restore";

/** Pauses or resumes a check, or restores a deleted one. */
export function useCheckAction(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ checkId, action }: { checkId: string; action: CheckAction }) =>
      parseResponse(oneCheck[action].$post({ param: { projectId, checkId } })),
    onSuccess: (check) => storeCheck(client, check),
  });
}

export function useDeleteCheck(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (checkId: string) => parseResponse(oneCheck.$delete({ param: { projectId, checkId } })),
    onSuccess: (_, checkId) => {
      beginRefresh(client, [checkId]);
      updateList(client, projectId, (known) => known.filter((check) => check.id !== checkId));
    },
  });
}

type WithoutCheckIds<Input> = Input extends unknown ? Omit<Input, "checkIds"> : never;
/** An action on several checks at once. */
export type BulkAction = WithoutCheckIds<InferRequestType<typeof checks.bulk.$post>["json"]>;
export type BulkResult = InferResponseType<typeof checks.bulk.$post, 200>["results"][number];

/** The API's limit for one request. */
const BULK_CHECKS_MAX = 100;

/** Applies one action to several checks. Resolves to the outcome for each. */
export function useBulkAction(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ checkIds, action }: { checkIds: readonly string[]; action: BulkAction }) => {
      const results: BulkResult[] = [];
      for (let from = 0; from < checkIds.length; from += BULK_CHECKS_MAX) {
        const json = { ...action, checkIds: checkIds.slice(from, from + BULK_CHECKS_MAX) };
        results.push(...(await parseResponse(checks.bulk.$post({ param: { projectId }, json }))).results);
      }
      return results;
    },
    onSuccess: async (results) => {
      const ids = results.filter(({ outcome }) => outcome === "changed").map(({ checkId }) => checkId);
      if (ids.length > CHECKS_PER_REQUEST)
        return await client.invalidateQueries({ queryKey: listKey(projectId) });
      if (ids.length > 0) await refreshChecks(client, projectId, ids);
    },
  });
}

/** Puts a check into the cache as the server returned it, and reads its row of the list again. */
function storeCheck(client: QueryClient, check: CheckView): void {
  const { projectId, id: checkId } = check;
  client.setQueryData(checkQuery({ projectId, checkId }).queryKey, check);
  refreshChecks(client, projectId, [checkId]).catch(() =>
    client.invalidateQueries({ queryKey: listKey(projectId) }),
  );
}
