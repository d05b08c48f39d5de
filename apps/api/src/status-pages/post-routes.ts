import { StatusPostInput, StatusUpdateInput } from "@overdue/core";
import {
  addStatusUpdate,
  createStatusPost,
  deleteStatusPost,
  deleteStatusUpdate,
  editStatusUpdate,
  findStatusPage,
  findStatusPost,
  listStatusPosts,
  restoreStatusPost,
  restoreStatusUpdate,
} from "@overdue/db";
import { z } from "zod";

import { READ_DETAILS, WRITE } from "../http/access.ts";
import { requireFound } from "../http/edits.ts";
import { body, createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import {
  OfStatusPage,
  OfStatusPost,
  OfStatusUpdate,
  PageQuery,
  pageSchema,
  readCursor,
  toPage,
} from "../http/schemas.ts";
import { actorName } from "../incidents/incidents.ts";
import { StatusPostView, statusPostView } from "./page-view.ts";

const tags = ["Status pages"];
const POSTS = "/v1/projects/{projectId}/status-pages/{pageId}/posts";
const UPDATE = `${POSTS}/{postId}/updates/{updateId}` as const;

/** What people write on a status page: incidents and announcements, each with updates. */
export const statusPostRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: POSTS,
      summary: "List the posts of a status page",
      tags,
      request: { params: OfStatusPage, query: PageQuery },
      responses: { 200: json(pageSchema(StatusPostView), "Posts, newest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      requireFound("status page", await findStatusPage(db, ref));
      const from = { limit: limit + 1, before: readCursor(cursor, z.uuid()) };
      const page = toPage(await listStatusPosts(db, ref, from), limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(statusPostView) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: POSTS,
      summary: "Write an incident or an announcement on a status page",
      description: "It is on the page and in its feeds at once, and goes to its subscribers by e-mail.",
      tags,
      request: { params: OfStatusPage, body: body(StatusPostInput) },
      responses: { 201: json(StatusPostView, "The post, with its first update.") },
    }),
    async (c) => {
      const { db, now } = c.var.deps;
      const by = { by: await actorName(c), at: now() };
      const post = await createStatusPost(db, c.req.valid("param"), { ...c.req.valid("json"), ...by });
      return c.json(statusPostView(requireFound("status page", post)), 201);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: `${POSTS}/{postId}/updates`,
      summary: "Add an update to a post",
      description: "`resolved` ends an incident. It goes to the page's subscribers by e-mail.",
      tags,
      request: { params: OfStatusPost, body: body(StatusUpdateInput) },
      responses: { 201: json(StatusPostView, "The post with all of its updates.") },
    }),
    async (c) => {
      const { db, now } = c.var.deps;
      const by = { by: await actorName(c), at: now() };
      const post = await addStatusUpdate(db, c.req.valid("param"), { ...c.req.valid("json"), ...by });
      return c.json(statusPostView(requireFound("post", post)), 201);
    },
  )
  .openapi(
    route(WRITE, {
      method: "put",
      path: UPDATE,
      summary: "Correct an update of a post",
      description:
        "The page and its feeds say when it was edited last; nothing is sent again by e-mail, and mails that wait say what it says now.",
      tags,
      request: { params: OfStatusUpdate, body: body(StatusUpdateInput) },
      responses: { 200: json(StatusPostView, "The post with all of its updates.") },
    }),
    async (c) => {
      const { db, now } = c.var.deps;
      const edit = { ...c.req.valid("json"), at: now() };
      const post = await editStatusUpdate(db, c.req.valid("param"), edit);
      return c.json(statusPostView(requireFound("update", post)), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: UPDATE,
      summary: "Delete an update of a post",
      description:
        "It leaves the page and its feeds; mails that were sent stay sent. It can be restored for 30 days. The only update of a post stays: delete the post instead.",
      tags,
      request: { params: OfStatusUpdate },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      requireFound("update", await deleteStatusUpdate(c.var.deps.db, c.req.valid("param")));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: `${POSTS}/{postId}`,
      summary: "Delete a post",
      description:
        "It leaves the page and its feeds; mails that were sent stay sent. It can be restored for 30 days.",
      tags,
      request: { params: OfStatusPost },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      requireFound("post", await deleteStatusPost(c.var.deps.db, c.req.valid("param")));
      return c.body(null, 204);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: `${POSTS}/{postId}/restore`,
      summary: "Undo the deletion of a post",
      description: "Within 30 days. Nothing is sent again.",
      tags,
      request: { params: OfStatusPost },
      responses: { 200: json(StatusPostView, "The post.") },
    }),
    async (c) => {
      const { db } = c.var.deps;
      const ref = c.req.valid("param");
      requireFound("post", await restoreStatusPost(db, ref));
      return c.json(statusPostView(requireFound("post", await findStatusPost(db, ref))), 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "post",
      path: `${UPDATE}/restore`,
      summary: "Undo the deletion of an update",
      description: "Within 30 days. Nothing is sent again.",
      tags,
      request: { params: OfStatusUpdate },
      responses: { 200: json(StatusPostView, "The post with all of its updates.") },
    }),
    async (c) => {
      const post = await restoreStatusUpdate(c.var.deps.db, c.req.valid("param"));
      return c.json(statusPostView(requireFound("update", post)), 200);
    },
  );
