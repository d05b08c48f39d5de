import { queryOptions } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, readAllPages } from "../api/paging.ts";
import { useProjectMutation } from "../api/project-mutation.ts";
import type { RotationDraft } from "./rotation.ts";

const { people, rotations } = projectApi;
const onePerson = people[":personId"];
const oneRotation = rotations[":rotationId"];

export type PersonView = InferResponseType<typeof people.$get, 200>["items"][number];
export type RotationView = InferResponseType<typeof rotations.$get, 200>["items"][number];
export type PersonDraft = { name: string; channelIds: string[] };
/** What an edit refers to: the version that the person saw. */
type Edited = { id: string; version: number };

/** The people whom routes can notify. */
export const peopleQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "people"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(people.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
  });

const REFRESH_MS = 60_000;

/** The on-call rotations, each with the person on call now. Turns change by the clock, which no event announces. */
export const rotationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "rotations"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(rotations.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
    refetchInterval: REFRESH_MS,
  });

// Rotations name people, so a change of one is a change of both lists.
const onCallOf = (projectId: string) => ({ projectId, parts: ["people", "rotations"] });

/** Creates a person where `edited` is null. */
export const useSavePerson = (projectId: string) =>
  useProjectMutation(
    onCallOf(projectId),
    async ({ edited, draft }: { edited: Edited | null; draft: PersonDraft }) => {
      if (edited === null) return await parseResponse(people.$post({ param: { projectId }, json: draft }));
      const param = { projectId, personId: edited.id };
      return await parseResponse(onePerson.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
  );

export const useDeletePerson = (projectId: string) =>
  useProjectMutation(onCallOf(projectId), (personId: string) =>
    parseResponse(onePerson.$delete({ param: { projectId, personId } })),
  );

export const useRestorePerson = (projectId: string) =>
  useProjectMutation(onCallOf(projectId), (personId: string) =>
    parseResponse(onePerson.restore.$post({ param: { projectId, personId } })),
  );

type SavedRotation =
  | { edited: null; draft: RotationDraft }
  | { edited: Edited; draft: Partial<RotationDraft> };

/** Creates a rotation where `edited` is null. */
export const useSaveRotation = (projectId: string) =>
  useProjectMutation(onCallOf(projectId), async ({ edited, draft }: SavedRotation) => {
    if (edited === null) return await parseResponse(rotations.$post({ param: { projectId }, json: draft }));
    const param = { projectId, rotationId: edited.id };
    return await parseResponse(oneRotation.$patch({ param, header: ifMatch(edited.version), json: draft }));
  });

export const useDeleteRotation = (projectId: string) =>
  useProjectMutation(onCallOf(projectId), (rotationId: string) =>
    parseResponse(oneRotation.$delete({ param: { projectId, rotationId } })),
  );

export const useRestoreRotation = (projectId: string) =>
  useProjectMutation(onCallOf(projectId), (rotationId: string) =>
    parseResponse(oneRotation.restore.$post({ param: { projectId, rotationId } })),
  );
