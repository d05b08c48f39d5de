import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { pageQuery } from "../api/pages.ts";
import { answerOf, api, ifMatch, inProject } from "../api/client.ts";

export type ProjectView = InferResponseType<typeof inProject.$get, 200>;
type ProjectPatch = InferRequestType<typeof inProject.$patch>["json"];
export type KeyView = InferResponseType<typeof inProject.keys.$get, 200>["items"][number];
export type MemberView = InferResponseType<typeof inProject.members.$get, 200>["items"][number];
type Role = MemberView["role"];
type KeyInput = InferRequestType<typeof inProject.keys.$post>["json"];

const oneMember = inProject.members[":userId"];

/** Where the list of one's own projects is kept. */
const MY_PROJECTS = ["me"];

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "project"],
    queryFn: () => answerOf(inProject.$get({ param: { projectId } })),
  });

export const membersQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "members"],
    queryFn: () => answerOf(inProject.members.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

export const keysQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "keys"],
    queryFn: () => answerOf(inProject.keys.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

export function useCreateProject() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => answerOf(api.v1.projects.$post({ json: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: MY_PROJECTS }),
  });
}

export function useEditProject(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ patch, version }: { patch: ProjectPatch; version: number }) =>
      answerOf(inProject.$patch({ param: { projectId }, header: ifMatch(version), json: patch })),
    onSuccess: async (project) => {
      client.setQueryData(projectQuery(projectId).queryKey, project);
      await client.invalidateQueries({ queryKey: MY_PROJECTS });
    },
  });
}

export const invitationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "invitations"],
    queryFn: () => answerOf(inProject.invitations.$get({ param: { projectId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

/** The valid API keys that a member made. */
export const memberKeysQuery = ({ projectId, userId }: { projectId: string; userId: string }) =>
  queryOptions({
    queryKey: ["projects", projectId, "members", userId, "keys"],
    queryFn: () => answerOf(oneMember.keys.$get({ param: { projectId, userId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

/** Asks somebody to become a member; inviting again renews it. */
export function useInvite(projectId: string) {
  return useInvitationsMutation(projectId, (json: { email: string; role: Role }) =>
    answerOf(inProject.invitations.$post({ param: { projectId }, json })),
  );
}

export function useRevokeInvitation(projectId: string) {
  return useInvitationsMutation(projectId, (invitationId: string) =>
    answerOf(inProject.invitations[":invitationId"].$delete({ param: { projectId, invitationId } })),
  );
}

function useInvitationsMutation<Input, Output>(
  projectId: string,
  mutationFn: (input: Input) => Promise<Output>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: invitationsQuery(projectId).queryKey }),
  });
}

/** Ends one's own membership. */
export function useLeave(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => answerOf(inProject.leave.$post({ param: { projectId }, query: {} })),
    onSuccess: () => client.invalidateQueries({ queryKey: MY_PROJECTS }),
  });
}

/** `seen`: the role that the member had on the page. */
export function useChangeRole(projectId: string) {
  return useMembersMutation(projectId, ({ userId, role, seen }: { userId: string; role: Role; seen: Role }) =>
    answerOf(
      oneMember.$patch({ param: { projectId, userId }, header: { "if-match": `"${seen}"` }, json: { role } }),
    ),
  );
}

export function useRemoveMember(projectId: string) {
  return useMembersMutation(projectId, ({ userId, keys }: { userId: string; keys: "keep" | "end" }) =>
    answerOf(oneMember.$delete({ param: { projectId, userId }, query: { keys } })),
  );
}

/** The members, and one's own role, are read again; after a refusal too, for they may be out of date. */
function useMembersMutation<Input, Output>(projectId: string, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all(
        [membersQuery(projectId).queryKey, projectQuery(projectId).queryKey, MY_PROJECTS].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

/** The answer carries the key itself, this once. */
export function useCreateKey(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: KeyInput) => answerOf(inProject.keys.$post({ param: { projectId }, json })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery(projectId).queryKey }),
  });
}

/** Makes a key in the place of another, which goes on for a day. */
export function useRotateKey(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) =>
      answerOf(inProject.keys[":keyId"].rotate.$post({ param: { projectId, keyId }, json: {} })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery(projectId).queryKey }),
  });
}

export function useRevokeKey(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (keyId: string) =>
      answerOf(inProject.keys[":keyId"].$delete({ param: { projectId, keyId } })),
    onSuccess: () => client.invalidateQueries({ queryKey: keysQuery(projectId).queryKey }),
  });
}

export const ROLES: Record<Role, string> = {
  viewer: "Viewer: looks on",
  editor: "Editor: checks, channels, routes",
  owner: "Owner: everything, members and keys too",
};

export function roleOf(text: string): Role {
  return text === "owner" || text === "editor" ? text : "viewer";
}
