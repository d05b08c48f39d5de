import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { answerOf, ifMatch, inProject } from "../api/client.ts";
import { everyPage, pageQuery } from "../api/pages.ts";
import type { RotationDraft } from "./rotation.ts";

const { people, rotations } = inProject;
const onePerson = people[":personId"];
const oneRotation = rotations[":rotationId"];

export type PersonView = InferResponseType<typeof people.$get, 200>["items"][number];
export type RotationView = InferResponseType<typeof rotations.$get, 200>["items"][number];
/** What is edited, as it was seen. */
type Stored = { id: string; version: number };
export type PersonDraft = { name: string; channelIds: string[] };

/** The people whom routes can tell. */
export const peopleQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "people"],
    queryFn: () =>
      everyPage((cursor) => answerOf(people.$get({ param: { projectId }, query: pageQuery(cursor) }))),
  });

/** The rotations, each with who is on call now. */
export const rotationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "rotations"],
    queryFn: () =>
      everyPage((cursor) => answerOf(rotations.$get({ param: { projectId }, query: pageQuery(cursor) }))),
    refetchInterval: 60_000,
  });

export function useSavePerson(projectId: string) {
  return useOnCallMutation(projectId, async ({ of, draft }: { of: Stored | null; draft: PersonDraft }) => {
    if (of === null) return await answerOf(people.$post({ param: { projectId }, json: draft }));
    const param = { projectId, personId: of.id };
    return await answerOf(onePerson.$patch({ param, header: ifMatch(of.version), json: draft }));
  });
}

export function useDeletePerson(projectId: string) {
  return useOnCallMutation(projectId, (personId: string) =>
    answerOf(onePerson.$delete({ param: { projectId, personId } })),
  );
}

export function useRestorePerson(projectId: string) {
  return useOnCallMutation(projectId, (personId: string) =>
    answerOf(onePerson.restore.$post({ param: { projectId, personId } })),
  );
}

export function useSaveRotation(projectId: string) {
  return useOnCallMutation(
    projectId,
    async (saved: { of: null; draft: RotationDraft } | { of: Stored; draft: Partial<RotationDraft> }) => {
      if (saved.of === null)
        return await answerOf(rotations.$post({ param: { projectId }, json: saved.draft }));
      const param = { projectId, rotationId: saved.of.id };
      const header = ifMatch(saved.of.version);
      return await answerOf(oneRotation.$patch({ param, header, json: saved.draft }));
    },
  );
}

export function useDeleteRotation(projectId: string) {
  return useOnCallMutation(projectId, (rotationId: string) =>
    answerOf(oneRotation.$delete({ param: { projectId, rotationId } })),
  );
}

export function useRestoreRotation(projectId: string) {
  return useOnCallMutation(projectId, (rotationId: string) =>
    answerOf(oneRotation.restore.$post({ param: { projectId, rotationId } })),
  );
}

function useOnCallMutation<Input, Output>(projectId: string, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    // After a refusal too: what is shown may be out of date.
    onSettled: () =>
      Promise.all(
        ["people", "rotations"].map((what) =>
          client.invalidateQueries({ queryKey: ["projects", projectId, what] }),
        ),
      ),
  });
}
