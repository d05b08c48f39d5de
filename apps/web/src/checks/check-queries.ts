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
/** As the API returns it: the same as core's, except that an optional field may also be undefined. */
export type CheckSchedule = CheckView["schedule"];
/** The settings of a new check. */
export type CheckInput = InferRequestType<typeof checks.$post>["json"];
export type CheckPatch = InferRequestType<typeof oneCheck.$patch>["json"];
/** A check by the ids in its address. */
export type CheckRef = { projectId: string; checkId: string };

const listKey = (projectId: string) => ["projects", projectId, "check-list"];
const oneKey = ({ projectId, checkId }: CheckRef) => ["projects", projectId, "checks", checkId];

/** Every check of a project, with what lists show of them. */
export const checksQuery = (projectId: string) =>
  queryOptions({
    queryKey: listKey(projectId),
    queryFn: async ({ client, queryKey }) =>
      keepStrips(client.getQueryData<CheckOverview[]>(queryKey), await readOverviews(projectId)),
  });

/** The checks, with the strips that the page has of those of which nothing was heard since. */
function keepStrips(known: readonly CheckOverview[] | undefined, checks: CheckOverview[]): CheckOverview[] {
  if (known === undefined || checks.every(({ strip }) => strip !== undefined)) return checks;
  const before = new Map(known.map((check) => [check.id, check]));
  return checks.map((check) => {
    const old = before.get(check.id);
    const isSame = STRIP_FOLLOWS.every((name) => check[name] === old?.[name]);
    return isSame && old?.strip !== undefined ? { ...check, strip: old.strip } : check;
  });
}

const STRIP_FOLLOWS = ["lastHeardAt", "status", "expectedAt", "runningSince"] as const;

async function readOverviews(projectId: string, ids: readonly string[] = []): Promise<CheckOverview[]> {
  const query = ids.length === 0 ? {} : { id: [...ids] };
  return (await parseResponse(overviews.$get({ param: { projectId }, query }))).items;
}

export const checkQuery = (ref: CheckRef) =>
  queryOptions({ queryKey: oneKey(ref), queryFn: () => parseResponse(oneCheck.$get({ param: ref })) });

/** How the runs of a check do not match its schedule, where that is known. */
export const findingsQuery = (ref: CheckRef) =>
  queryOptions({
    queryKey: [...oneKey(ref), "findings"],
    queryFn: () => parseResponse(oneCheck.findings.$get({ param: ref })),
    select: ({ items }) => items,
  });

/** How many checks one request reads. */
const READ_TOGETHER = 50;

/** Reads the strips of these checks, which a list of thousands of checks comes without. */
export async function loadStrips(
  client: QueryClient,
  projectId: string,
  ids: readonly string[],
): Promise<void> {
  await readAgain(client, projectId, ids.slice(0, READ_TOGETHER));
}

/**
 * Reads checks again that changed, replaces them in the list, and marks the pages about them to be read again. A check
 * that is deleted leaves the list. An answer that is overtaken by a later one about the same check is ignored: it may
 * show a check that was deleted meanwhile.
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
  updateList(client, projectId, (known) => replaced(known, ids.filter(isNewest), changed));
}

const refreshes = new WeakMap<QueryClient, Map<string, object>>();

/** Notes that these checks are read, and returns whether nothing newer is known of a check. */
function beginRefresh(client: QueryClient, ids: readonly string[]): (id: string) => boolean {
  const newest = refreshes.get(client) ?? new Map<string, object>();
  refreshes.set(client, newest);
  const refresh = {};
  ids.forEach((id) => newest.set(id, refresh));
  return (id) => newest.get(id) === refresh;
}

/** The list with these checks as they are now: in their places, new ones at the end, deleted ones gone. */
function replaced(
  known: readonly CheckOverview[],
  ids: readonly string[],
  changed: ReadonlyMap<string, CheckOverview>,
): CheckOverview[] {
  const asked = new Set(ids);
  const names = new Set(known.map(({ id }) => id));
  const kept = known.flatMap((check) => (asked.has(check.id) ? (changed.get(check.id) ?? []) : check));
  return [...kept, ...[...changed.values()].filter(({ id }) => asked.has(id) && !names.has(id))];
}

function updateList(
  client: QueryClient,
  projectId: string,
  update: (known: CheckOverview[]) => CheckOverview[],
): void {
  client.setQueryData(checksQuery(projectId).queryKey, (known) => known && update(known));
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

type Unlisted<Input> = Input extends unknown ? Omit<Input, "checkIds"> : never;
/** What is done to several checks at once. */
export type BulkAction = Unlisted<InferRequestType<typeof checks.bulk.$post>["json"]>;
export type BulkResult = InferResponseType<typeof checks.bulk.$post, 200>["results"][number];

/** As many checks as one request names. */
const BULK_MAX = 100;

/** Does the same to several checks. Returns what became of each. */
export function useBulkAction(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ checkIds, action }: { checkIds: readonly string[]; action: BulkAction }) => {
      const results: BulkResult[] = [];
      for (let from = 0; from < checkIds.length; from += BULK_MAX) {
        const json = { ...action, checkIds: checkIds.slice(from, from + BULK_MAX) };
        results.push(...(await parseResponse(checks.bulk.$post({ param: { projectId }, json }))).results);
      }
      return results;
    },
    onSuccess: async (results) => {
      const ids = results.filter(({ outcome }) => outcome === "changed").map(({ checkId }) => checkId);
      if (ids.length > READ_TOGETHER) return await client.invalidateQueries({ queryKey: listKey(projectId) });
      if (ids.length > 0) await refreshChecks(client, projectId, ids);
    },
  });
}

/** Shows a check as the server returned it, and reads again what the list shows of it. */
function storeCheck(client: QueryClient, check: CheckView): void {
  const { projectId, id: checkId } = check;
  client.setQueryData(checkQuery({ projectId, checkId }).queryKey, check);
  refreshChecks(client, projectId, [checkId]).catch(() =>
    client.invalidateQueries({ queryKey: listKey(projectId) }),
  );
}
