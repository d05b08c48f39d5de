import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { api, ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, useProjectMutation } from "../api/paging.ts";

const { keys } = projectApi;
const oneKey = keys[":keyId"];

export type ProjectView = InferResponseType<typeof projectApi.$get, 200>;
type ProjectPatch = InferRequestType<typeof projectApi.$patch>["json"];
export type KeyView = InferResponseType<typeof keys.$get, 200>["items"][number];
type KeyInput = InferRequestType<typeof keys.$post>["json"];
/** The key of the query that lists the signed-in person's own projects. */
const OWN_PROJECTS = ["me"];

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "project"],
    queryFn: () => parseResponse(projectApi.$get({ param: { projectId } })),
  });

export function useCreateProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: { name: string; organizationId?: string }) =>
      parseResponse(api.v1.projects.$post({ json })),
    onSuccess: () => client.invalidateQueries({ queryKey: OWN_PROJECTS }),
  });
}

export function useEditProject(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ patch, version }: { patch: ProjectPatch; version: number }) =>
      parseResponse(projectApi.$patch({ param: { projectId }, header: ifMatch(version), json: patch })),
    onSuccess: async (project) => {
      client.setQueryData(projectQuery(projectId).queryKey, project);
      await client.invalidateQueries({ queryKey: OWN_PROJECTS });
    },
  });
}

export const keysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "keys"],
    queryFn: () => parseResponse(keys.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

const keysPart = (projectId: string) => ({ projectId, parts: ["keys"] });

/** Creates a key; only this response contains the key itself. */
export const useCreateKey = (projectId: string) =>
  useProjectMutation(keysPart(projectId), (json: KeyInput) =>
    parseResponse(keys.$post({ param: { projectId }, json })),
  );

/** Replaces a key with a new one; the old one works for another day. */
export const useRotateKey = (projectId: string) =>
  useProjectMutation(keysPart(projectId), (keyId: string) =>
    parseResponse(oneKey.rotate.$post({ param: { projectId, keyId }, json: {} })),
  );

export const useRevokeKey = (projectId: string) =>
  useProjectMutation(keysPart(projectId), (keyId: string) =>
    parseResponse(oneKey.$delete({ param: { projectId, keyId } })),
  );
