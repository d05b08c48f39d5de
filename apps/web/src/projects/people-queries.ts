import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { api, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery } from "../api/paging.ts";
import type { Role } from "../ui/role.tsx";

/** What people are members of. */
export type Place = { projectId: string } | { organizationId: string };

export const organizationApi = api.v1.organizations[":organizationId"];

type ProjectMember = InferResponseType<typeof projectApi.members.$get, 200>["items"][number];
/** `ownRole` is missing for an organization; null: they are in the project by its organization. */
export type MemberView = Omit<ProjectMember, "ownRole"> & { ownRole?: Role | null };
export type InvitationView = InferResponseType<typeof projectApi.invitations.$get, 200>["items"][number];
type Invite = { email: string; role: Role };
type KeepOrEnd = "keep" | "end";

/** The roles as choices of a form, with what each may do. */
export const ROLES: Record<Role, string> = {
  viewer: "Viewer: view-only",
  member: "Member: checks, channels, routes",
  admin: "Admin: also members, keys and settings",
  owner: "Owner: everything",
};

export function toRole(text: string): Role {
  return text === "owner" || text === "admin" || text === "member" ? text : "viewer";
}

/** The choices up to a role: nobody gives more than they have. */
export function rolesUpTo(own: Role): { value: Role; label: string }[] {
  const all = Object.entries(ROLES).map(([value, label]) => ({ value: toRole(value), label }));
  return all.slice(0, all.findIndex(({ value }) => value === own) + 1);
}

const keyOf = (place: Place) =>
  "projectId" in place ? ["projects", place.projectId] : ["organizations", place.organizationId];

/** The key of the query that lists the signed-in person's own projects and organizations. */
const OWN_PROJECTS = ["me"];

export const membersQuery = (place: Place) =>
  queryOptions({
    queryKey: [...keyOf(place), "members"],
    queryFn: (): Promise<{ items: MemberView[] }> =>
      "projectId" in place
        ? parseResponse(projectApi.members.$get({ param: place, query: pageQuery(null) }))
        : parseResponse(organizationApi.members.$get({ param: place, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

/** The API keys and the open invitations that a member made, which work without them. */
export const madeQuery = ({ userId, ...place }: Place & { userId: string }) =>
  queryOptions({
    queryKey: [...keyOf(place), "members", userId, "made"],
    queryFn: () =>
      "projectId" in place
        ? parseResponse(projectApi.members[":userId"].made.$get({ param: { ...place, userId } }))
        : parseResponse(organizationApi.members[":userId"].made.$get({ param: { ...place, userId } })),
  });

type RoleChange = { userId: string; role: Role; previous: Role };

/** `previous` is the role that the page showed: the server refuses the change if it is no longer the member's role. */
export const useChangeRole = (place: Place) =>
  usePeopleMutation(place, async ({ userId, role, previous }: RoleChange): Promise<void> => {
    const header = { "if-match": `"${previous}"` };
    await ("projectId" in place
      ? parseResponse(
          projectApi.members[":userId"].$patch({ param: { ...place, userId }, header, json: { role } }),
        )
      : parseResponse(
          organizationApi.members[":userId"].$patch({ param: { ...place, userId }, header, json: { role } }),
        ));
  });

type Removal = { userId: string; keys: KeepOrEnd; invitations: KeepOrEnd };

/** Removes a member. What they made is kept, or ends with their membership. */
export const useRemoveMember = (place: Place) =>
  usePeopleMutation(place, async ({ userId, ...query }: Removal): Promise<void> => {
    await ("projectId" in place
      ? parseResponse(projectApi.members[":userId"].$delete({ param: { ...place, userId }, query }))
      : parseResponse(organizationApi.members[":userId"].$delete({ param: { ...place, userId }, query })));
  });

/** Ends the membership of the signed-in person. */
export const useLeave = (place: Place) =>
  usePeopleMutation(place, async (): Promise<void> => {
    await ("projectId" in place
      ? parseResponse(projectApi.leave.$post({ param: place, query: {} }))
      : parseResponse(organizationApi.leave.$post({ param: place, query: {} })));
  });

export const invitationsQuery = (place: Place) =>
  queryOptions({
    queryKey: [...keyOf(place), "invitations"],
    queryFn: (): Promise<{ items: InvitationView[] }> =>
      "projectId" in place
        ? parseResponse(projectApi.invitations.$get({ param: place, query: pageQuery(null) }))
        : parseResponse(organizationApi.invitations.$get({ param: place, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

/** Invites somebody; inviting the same address again renews the invitation. */
export const useInvite = (place: Place) =>
  usePeopleMutation(place, (json: Invite) =>
    "projectId" in place
      ? parseResponse(projectApi.invitations.$post({ param: place, json }))
      : parseResponse(organizationApi.invitations.$post({ param: place, json })),
  );

export const useRevokeInvitation = (place: Place) =>
  usePeopleMutation(place, async (invitationId: string): Promise<void> => {
    await ("projectId" in place
      ? parseResponse(projectApi.invitations[":invitationId"].$delete({ param: { ...place, invitationId } }))
      : parseResponse(
          organizationApi.invitations[":invitationId"].$delete({ param: { ...place, invitationId } }),
        ));
  });

/** It may change the person's own role, so all that depends on it is read again, after a refusal too. */
function usePeopleMutation<Input, Output>(place: Place, mutationFn: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  const parts = ["members", "invitations", "project", "organization"];
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all(
        [OWN_PROJECTS, ...parts.map((part) => [...keyOf(place), part])].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
