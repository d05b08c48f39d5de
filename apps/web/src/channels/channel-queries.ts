import { type QueryClient, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { api, parseResponse, ifMatch, projectApi } from "../api/client.ts";
import { readAllPages, pageQuery } from "../api/paging.ts";

const { channels } = projectApi;
const kinds = api.v1["channel-kinds"];
const oneChannel = channels[":channelId"];

export type ChannelView = InferResponseType<typeof oneChannel.$get, 200>;
type ChannelInput = InferRequestType<typeof channels.$post>["json"];
export type ChannelPatch = InferRequestType<typeof oneChannel.$patch>["json"];

export type ChannelKind = InferResponseType<typeof kinds.$get, 200>["items"][number];

/** Every kind of channel, with the settings that it takes. */
export const channelKindsQuery = queryOptions({
  queryKey: ["channel-kinds"],
  queryFn: async () => (await parseResponse(kinds.$get())).items,
  staleTime: 60_000,
});

/** What a project without any channel says: an alert that would reach nobody goes to its owners, where mail can be sent. */
export function useNoChannelText(): string {
  const { data: kinds } = useQuery(channelKindsQuery);
  const email = kinds?.find(({ kind }) => kind === "email");
  if (email === undefined) return "There is no channel yet.";
  return email.warning === null
    ? "There is no channel yet, so alerts go by e-mail to the project's owners."
    : "There is no channel yet, so nobody gets notified.";
}

export const channelsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "channels"],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(channels.$get({ param: { projectId }, query: pageQuery(cursor) })),
      ),
  });

/** What the operator must set up before a channel with these settings works. */
export const channelWarningsQuery = (
  projectId: string,
  channel: { kind: string; settings: Record<string, unknown> },
) =>
  queryOptions({
    queryKey: ["projects", projectId, "channel-warnings", channel],
    queryFn: async () =>
      (await parseResponse(channels.warnings.$post({ param: { projectId }, json: channel }))).items,
    staleTime: 60_000,
  });

type ChannelEdit =
  | { edited: null; draft: ChannelInput }
  | { edited: Pick<ChannelView, "id" | "version">; draft: ChannelPatch };

/** Creates a channel if `edited` is null, otherwise saves that version of it. */
export function useSaveChannel(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ edited, draft }: ChannelEdit) => {
      if (edited === null) return await parseResponse(channels.$post({ param: { projectId }, json: draft }));
      const param = { projectId, channelId: edited.id };
      return await parseResponse(oneChannel.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

export function useDeleteChannel(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channelId: string) => parseResponse(oneChannel.$delete({ param: { projectId, channelId } })),
    onSuccess: (_, channelId) =>
      client.setQueryData(channelsQuery(projectId).queryKey, (known) =>
        known?.filter(({ id }) => id !== channelId),
      ),
  });
}

export function useRestoreChannel(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channelId: string) =>
      parseResponse(oneChannel.restore.$post({ param: { projectId, channelId } })),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

/** Gives a webhook another signing secret, which only this response contains; the old one signs too for a while. */
export function useRotateSecret(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ channelId, keepOldSeconds }: { channelId: string; keepOldSeconds: number }) =>
      parseResponse(
        oneChannel["rotate-secret"].$post({ param: { projectId, channelId }, json: { keepOldSeconds } }),
      ),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

/** Ends the former signing secret of a webhook at once. */
export function useEndFormerSecret(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channelId: string) =>
      parseResponse(oneChannel["end-former-secret"].$post({ param: { projectId, channelId } })),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

/** Sends a test message the way alerts are sent. The response contains the delivery, whose progress can be followed. */
export function useTestChannel(projectId: string) {
  return useMutation({
    mutationFn: (channelId: string) =>
      parseResponse(oneChannel.test.$post({ param: { projectId, channelId } })),
  });
}

/** Sends the e-mail that asks the owner of an address to confirm it. */
export function useSendConfirmation(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channelId: string) =>
      parseResponse(oneChannel.confirmation.$post({ param: { projectId, channelId } })),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

function storeChannel(client: QueryClient, projectId: string, channel: ChannelView): void {
  client.setQueryData(channelsQuery(projectId).queryKey, (known) => known && withChannel(known, channel));
  void client.invalidateQueries({ queryKey: ["projects", projectId, "check-list"] });
}

function withChannel(known: ChannelView[], channel: ChannelView): ChannelView[] {
  return known.some(({ id }) => id === channel.id)
    ? known.map((old) => (old.id === channel.id ? channel : old))
    : [...known, channel];
}
