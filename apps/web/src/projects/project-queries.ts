import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { api, ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, useProjectMutation } from "../api/paging.ts";

const { members, keys, invitations } = projectApi;
const oneMember = members[":userId"];
const oneKey = keys[":keyId"];

export type ProjectView = InferResponseType<typeof projectApi.$get, 200>;
type ProjectPatch = InferRequestType<typeof projectApi.$patch>["json"];
export type KeyView = InferResponseType<typeof keys.$get, 200>["items"][number];
type KeyInput = InferRequestType<typeof keys.$post>["json"];
export type MemberView = InferResponseType<typeof members.$get, 200>["items"][number];
export type InvitationView = InferResponseType<typeof invitations.$get, 200>["items"][number];
export type Role = MemberView["role"];

/** The roles as choices of a form, with what each may do. */
export const ROLES: Record<Role, string> = {
  viewer: "Viewer: view-only",
  editor: "Editor: checks, channels, routes",
  owner: "Owner: everything, including members and keys",
};

export function toRole(text: string): Role {
  return text === "owner" || text === "editor" ? text : "viewer";
}

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
    mutationFn: (name: string) => parseResponse(api.v1.projects.$post({ json: { name } })),
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

export const membersQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "members"],
    queryFn: () => parseResponse(members.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

/** The valid API keys that a member created. */
export const memberKeysQuery = ({ projectId, userId }: { projectId: string; userId: string }) =>
  queryOptions({
    queryKey: ["projects", projectId, "members", userId, "keys"],
    queryFn: () =>
      parseResponse(oneMember.keys.$get({ param: { projectId, userId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

/** `previous` is the role that the page showed: the server refuses the change if it is no longer the member's role. */
export const useChangeRole = (projectId: string) =>
  useMembersMutation(projectId, (change: { userId: string; role: Role; previous: Role }) => {
    const { userId, role, previous } = change;
    const header = { "if-match": `"${previous}"` };
    return parseResponse(oneMember.$patch({ param: { projectId, userId }, header, json: { role } }));
  });

/** Removes a member. `keys`: whether the API keys that they created are kept, or revoked ("end"). */
export const useRemoveMember = (projectId: string) =>
  useMembersMutation(projectId, ({ userId, keys: keysOption }: { userId: string; keys: "keep" | "end" }) =>
    parseResponse(oneMember.$delete({ param: { projectId, userId }, query: { keys: keysOption } })),
  );

/** A mutation of the members. It may change the person's own role, so their projects are read again too. */
function useMembersMutation<Input, Output>(projectId: string, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all(
        [membersQuery(projectId).queryKey, projectQuery(projectId).queryKey, OWN_PROJECTS].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

/** Ends the membership of the signed-in person. */
export function useLeaveProject(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => parseResponse(projectApi.leave.$post({ param: { projectId }, query: {} })),
    onSuccess: () => client.invalidateQueries({ queryKey: OWN_PROJECTS }),
  });
}

export const invitationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "invitations"],
    queryFn: () => parseResponse(invitations.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

const invitationsPart = (projectId: string) => ({ projectId, parts: ["invitations"] });

/** Invites somebody; inviting the same address again renews the invitation. */
export const useInvite = (projectId: string) =>
  useProjectMutation(invitationsPart(projectId), (json: { email: string; role: Role }) =>
    parseResponse(invitations.$post({ param: { projectId }, json })),
  );

export const useRevokeInvitation = (projectId: string) =>
  useProjectMutation(invitationsPart(projectId), (invitationId: string) =>
    parseResponse(invitations[":invitationId"].$delete({ param: { projectId, invitationId } })),
  );

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
