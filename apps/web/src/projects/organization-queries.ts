import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferResponseType } from "hono/client";

import { api, ifMatch, parseResponse } from "../api/client.ts";
import { pageQuery } from "../api/paging.ts";
import { organizationApi } from "./people-queries.ts";

export type OrganizationView = InferResponseType<typeof organizationApi.$get, 200>;

/** The key of the query that lists the signed-in person's own projects and organizations. */
const OWN = ["me"];

export const organizationQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ["organizations", organizationId, "organization"],
    queryFn: () => parseResponse(organizationApi.$get({ param: { organizationId } })),
  });

export const organizationProjectsQuery = (organizationId: string) =>
  queryOptions({
    queryKey: ["organizations", organizationId, "projects"],
    queryFn: () =>
      parseResponse(organizationApi.projects.$get({ param: { organizationId }, query: pageQuery(null) })),
    select: ({ items }) => items,
  });

export function useRenameOrganization(organizationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, version }: { name: string; version: number }) =>
      parseResponse(
        organizationApi.$patch({ param: { organizationId }, header: ifMatch(version), json: { name } }),
      ),
    onSettled: () =>
      Promise.all(
        [OWN, organizationQuery(organizationId).queryKey].map((queryKey) =>
          client.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

export function useCreateOrganization() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => parseResponse(api.v1.organizations.$post({ json: { name } })),
    onSuccess: () => client.invalidateQueries({ queryKey: OWN }),
  });
}

/** Deletes an organization without projects, or with `restore` undoes that. */
export function useDeleteOrganization(organizationId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ restore }: { restore: boolean }): Promise<void> => {
      await (restore
        ? parseResponse(organizationApi.restore.$post({ param: { organizationId } }))
        : parseResponse(organizationApi.$delete({ param: { organizationId } })));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: OWN }),
  });
}
