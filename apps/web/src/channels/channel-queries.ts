import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { answerOf, ifMatch, inProject } from "../api/client.ts";
import { everyPage, pageQuery } from "../api/pages.ts";

const { channels } = inProject;
const oneChannel = channels[":channelId"];

export type ChannelView = InferResponseType<typeof oneChannel.$get, 200>;
export type ChannelInput = InferRequestType<typeof channels.$post>["json"];
export type ChannelPatch = InferRequestType<typeof oneChannel.$patch>["json"];

export const channelsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "channels"],
    queryFn: () =>
      everyPage((cursor) => answerOf(channels.$get({ param: { projectId }, query: pageQuery(cursor) }))),
  });

export function useCreateChannel(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (json: ChannelInput) => answerOf(channels.$post({ param: { projectId }, json })),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

export function useEditChannel(projectId: string, channelId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ patch, version }: { patch: ChannelPatch; version: number }) =>
      answerOf(oneChannel.$patch({ param: { projectId, channelId }, header: ifMatch(version), json: patch })),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

export function useDeleteChannel(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channelId: string) => answerOf(oneChannel.$delete({ param: { projectId, channelId } })),
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
      answerOf(oneChannel.restore.$post({ param: { projectId, channelId } })),
    onSuccess: (channel) => storeChannel(client, projectId, channel),
  });
}

/** Sends a test by the same way as an alert; the answer names the delivery to watch. */
export function useTestChannel(projectId: string) {
  return useMutation({
    mutationFn: (channelId: string) => answerOf(oneChannel.test.$post({ param: { projectId, channelId } })),
  });
}

/** Sends the mail again that asks whether alerts may come to an address. */
export function useAskAgain(projectId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channelId: string) =>
      answerOf(oneChannel.confirmation.$post({ param: { projectId, channelId } })),
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
