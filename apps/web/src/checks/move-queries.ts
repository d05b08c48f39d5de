import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import type { CheckRef } from "./check-queries.ts";

const { move } = projectApi.checks[":checkId"];

/** What moving a check would do, all by name. */
export type MovePreview = InferResponseType<typeof move.$get, 200>;

export const movePreviewQuery = (ref: CheckRef, toProjectId: string) =>
  queryOptions({
    queryKey: ["projects", ref.projectId, "checks", ref.checkId, "move", toProjectId],
    queryFn: () => parseResponse(move.$get({ param: ref, query: { toProjectId } })),
    // What was true a moment ago may be refused now.
    staleTime: 0,
  });

export async function moveCheck(ref: CheckRef, toProjectId: string): Promise<void> {
  await parseResponse(move.$post({ param: ref, json: { toProjectId } }));
}

type OwnProject = { id: string; name: string; role: string | null };

/** The projects to which somebody may move a check, by name. */
export function otherProjects<Project extends OwnProject>(
  projects: readonly Project[],
  projectId: string,
): Project[] {
  return projects
    .filter(({ id, role }) => id !== projectId && role !== null && role !== "viewer")
    .toSorted((a, b) => a.name.localeCompare(b.name));
}
