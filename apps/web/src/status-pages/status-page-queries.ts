import { queryOptions } from "@tanstack/react-query";
import type { InferRequestType, InferResponseType } from "hono/client";

import { ifMatch, parseResponse, projectApi } from "../api/client.ts";
import { pageQuery, readAllPages, useProjectMutation } from "../api/paging.ts";

const pages = projectApi["status-pages"];
const onePage = pages[":pageId"];
const onePost = onePage.posts[":postId"];
const oneUpdate = onePost.updates[":updateId"];

export type StatusPageView = InferResponseType<typeof onePage.$get, 200>;
export type StatusPostView = InferResponseType<typeof onePage.posts.$get, 200>["items"][number];
export type StatusPageDraft = InferRequestType<typeof pages.$post>["json"];
export type StatusPostDraft = InferRequestType<typeof onePage.posts.$post>["json"];
export type StatusUpdateDraft = InferRequestType<typeof onePost.updates.$post>["json"];
export type StatusPageRef = { projectId: string; pageId: string };

/** The status pages of a project. */
export const statusPagesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["projects", projectId, "status-pages"],
    queryFn: () =>
      readAllPages((cursor) => parseResponse(pages.$get({ param: { projectId }, query: pageQuery(cursor) }))),
  });

/** The newest 50 posts of a page. */
export const statusPostsQuery = ({ projectId, pageId }: StatusPageRef) =>
  queryOptions({
    queryKey: ["projects", projectId, "status-posts", pageId],
    queryFn: async () => {
      const param = { projectId, pageId };
      return (await parseResponse(onePage.posts.$get({ param, query: { limit: "50" } }))).items;
    },
  });

/** The subscribers of a page: addresses that get its updates, those asked to confirm, and those taken off. */
export const subscribersQuery = ({ projectId, pageId }: StatusPageRef) =>
  queryOptions({
    queryKey: ["projects", projectId, "status-subscribers", pageId],
    queryFn: () =>
      readAllPages((cursor) =>
        parseResponse(onePage.subscribers.$get({ param: { projectId, pageId }, query: pageQuery(cursor) })),
      ),
  });

const pagesPart = (projectId: string) => ({ projectId, parts: ["status-pages"] });
const postsPart = (projectId: string) => ({ projectId, parts: ["status-posts"] });

/** Creates a page if `edited` is null, otherwise saves that version of it. */
export const useSaveStatusPage = (projectId: string) =>
  useProjectMutation(
    pagesPart(projectId),
    async ({ edited, draft }: { edited: StatusPageView | null; draft: StatusPageDraft }) => {
      if (edited === null) return await parseResponse(pages.$post({ param: { projectId }, json: draft }));
      const param = { projectId, pageId: edited.id };
      return await parseResponse(onePage.$patch({ param, header: ifMatch(edited.version), json: draft }));
    },
  );

export const useDeleteStatusPage = (projectId: string) =>
  useProjectMutation(pagesPart(projectId), (pageId: string) =>
    parseResponse(onePage.$delete({ param: { projectId, pageId } })),
  );

export const useRestoreStatusPage = (projectId: string) =>
  useProjectMutation(pagesPart(projectId), (pageId: string) =>
    parseResponse(onePage.restore.$post({ param: { projectId, pageId } })),
  );

export const useCreatePost = (projectId: string) =>
  useProjectMutation(
    postsPart(projectId),
    async ({ pageId, json }: { pageId: string; json: StatusPostDraft }) =>
      await parseResponse(onePage.posts.$post({ param: { projectId, pageId }, json })),
  );

export const useAddUpdate = ({ projectId, pageId }: StatusPageRef) =>
  useProjectMutation(
    postsPart(projectId),
    async ({ postId, json }: { postId: string; json: StatusUpdateDraft }) =>
      await parseResponse(onePost.updates.$post({ param: { projectId, pageId, postId }, json })),
  );

type UpdateRef = { postId: string; updateId: string };

export const useEditUpdate = ({ projectId, pageId }: StatusPageRef) =>
  useProjectMutation(
    postsPart(projectId),
    async ({ json, ...ref }: UpdateRef & { json: StatusUpdateDraft }) =>
      await parseResponse(oneUpdate.$put({ param: { projectId, pageId, ...ref }, json })),
  );

export const useDeleteUpdate = ({ projectId, pageId, postId }: StatusPageRef & { postId: string }) =>
  useProjectMutation(postsPart(projectId), (updateId: string) =>
    parseResponse(oneUpdate.$delete({ param: { projectId, pageId, postId, updateId } })),
  );

export const useRestoreUpdate = ({ projectId, pageId, postId }: StatusPageRef & { postId: string }) =>
  useProjectMutation(postsPart(projectId), (updateId: string) =>
    parseResponse(oneUpdate.restore.$post({ param: { projectId, pageId, postId, updateId } })),
  );

export const useDeletePost = ({ projectId, pageId }: StatusPageRef) =>
  useProjectMutation(postsPart(projectId), (postId: string) =>
    parseResponse(onePost.$delete({ param: { projectId, pageId, postId } })),
  );

export const useRestorePost = ({ projectId, pageId }: StatusPageRef) =>
  useProjectMutation(postsPart(projectId), (postId: string) =>
    parseResponse(onePost.restore.$post({ param: { projectId, pageId, postId } })),
  );

export const useRemoveSubscriber = ({ projectId, pageId }: StatusPageRef) =>
  useProjectMutation({ projectId, parts: ["status-subscribers", "status-pages"] }, (subscriberId: string) =>
    parseResponse(
      onePage.subscribers[":subscriberId"].$delete({ param: { projectId, pageId, subscriberId } }),
    ),
  );
