import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, readAllPages, useProjectMutation } from "../api/paging.ts";
import type { StartDraft } from "./start-maintenance-form.tsx";
import type { WindowDraft } from "./window-values.ts";

const { maintenance } = projectApi;
const oneWindow = maintenance[":windowId"];

export type WindowView = InferResponseType<typeof oneWindow.$get, 200>;

const REFRESH_MS = 60_000;

/** The maintenance windows of a project. Read again every minute: no live event announces their beginning or end. */
export const windowsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "maintenance"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(maintenance.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
    refetchInterval: REFRESH_MS,
  });

const maintenancePart = (projectId: string) => ({ projectId, parts: ["maintenance"] });

/** Creates a window if `edited` is null, otherwise saves that version of it. */
export const useSaveWindow = (projectId: string) =>
  useProjectMutation(
    maintenancePart(projectId),
    async ({ edited, draft }: { edited: WindowView | null; draft: WindowDraft }) => {
      if (edited === null)
        return await parseResponse(maintenance.$post({ param: { projectId }, json: draft }));
      const param = { projectId, windowId: edited.id };
      return await parseResponse(oneWindow.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
  );

export const useDeleteWindow = (projectId: string) =>
  useProjectMutation(maintenancePart(projectId), (windowId: string) =>
    parseResponse(oneWindow.$delete({ param: { projectId, windowId } })),
  );

export const useRestoreWindow = (projectId: string) =>
  useProjectMutation(maintenancePart(projectId), (windowId: string) =>
    parseResponse(oneWindow.restore.$post({ param: { projectId, windowId } })),
  );

/** Creates a window that begins now. */
export const useStartWindow = (projectId: string) =>
  useProjectMutation(maintenancePart(projectId), (json: StartDraft) =>
    parseResponse(maintenance.start.$post({ param: { projectId }, json })),
  );

/** Ends the current span of a window. */
export const useStopWindow = (projectId: string) =>
  useProjectMutation(maintenancePart(projectId), (windowId: string) =>
    parseResponse(oneWindow.stop.$post({ param: { projectId, windowId } })),
  );
