import { StatusPageInput, StatusPagePatch } from "@overdue/core";
import {
  createStatusPage,
  deleteStatusPage,
  editStatusPage,
  findProject,
  findStatusPage,
  hashPassword,
  listStatusPages,
  listSubscribers,
  removeSubscriber,
  restoreStatusPage,
  type StatusPageEdit,
  type StatusPageRef,
} from "@overdue/db";
import { z } from "zod";

import { READ, READ_DETAILS, WRITE } from "../http/access.ts";
import { recordChange } from "../http/audit.ts";
import type { AppContext } from "../http/context.ts";
import { expectedVersion, requireFound, withETag } from "../http/edits.ts";
import { ownHostProblem } from "../http/own-host.ts";
import { ApiError } from "../http/problem.ts";
import { resource } from "../http/resource.ts";
import { createRouter, json, NO_CONTENT, route } from "../http/route.ts";
import { OfStatusPage, OfSubscriber, PageQuery, pageSchema, readCursor, toPage } from "../http/schemas.ts";
import { StatusPageView, statusPageView, SubscriberView, subscriberView } from "./page-view.ts";

const tags = ["Status pages"];

const pages = resource({
  path: "/v1/projects/{projectId}/status-pages",
  id: "pageId",
  params: OfStatusPage,
  access: READ,
  noun: "status page",
  nouns: "status pages",
  tag: "Status pages",
  query: PageQuery,
  order: "Pages, oldest first.",
  view: StatusPageView,
  saved: StatusPageView,
  input: StatusPageInput,
  patch: StatusPagePatch,
  descriptions: {
    create:
      "A page for people without an account. It shows the checks that you name, each under the public name that you give it, and nothing else of the project.",
    edit: "Writes only the fields that are sent; `entries` are sent as a whole.",
    remove: "Its address shows nothing from now on; it can be restored for 30 days, with its subscribers.",
    restore: "Within 30 days, and while no other page has its address or host.",
  },
});

export const statusPageRoutes = createRouter()
  .openapi(pages.list, async (c) => {
    const { limit, cursor } = c.req.valid("query");
    const { db, settings } = c.var.deps;
    const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
    const rows = await listStatusPages(db, c.req.valid("param").projectId, from);
    const page = toPage(rows, limit, (last) => last.id);
    return c.json({ ...page, items: page.items.map((row) => statusPageView(row, settings.publicUrl)) }, 200);
  })
  .openapi(pages.create, async (c) => {
    const view = await createPage(c, c.req.valid("param").projectId, c.req.valid("json"));
    return c.json(withETag(c, view), 201);
  })
  .openapi(pages.read, async (c) => {
    return c.json(withETag(c, await readPage(c, c.req.valid("param"))), 200);
  })
  .openapi(pages.edit, async (c) => {
    const version = expectedVersion(c.req.valid("header"));
    const view = await changePage(c, c.req.valid("param"), { patch: c.req.valid("json"), version });
    return c.json(withETag(c, view), 200);
  })
  .openapi(pages.remove, async (c) => {
    requireFound("status page", await deleteStatusPage(c.var.deps.db, c.req.valid("param")));
    return c.body(null, 204);
  })
  .openapi(pages.restore, async (c) => {
    const ref = c.req.valid("param");
    requireFound("status page", await restoreStatusPage(c.var.deps.db, ref));
    return c.json(withETag(c, await readPage(c, ref)), 200);
  });

export const subscriberRoutes = createRouter()
  .openapi(
    route(READ_DETAILS, {
      method: "get",
      path: "/v1/projects/{projectId}/status-pages/{pageId}/subscribers",
      summary: "List the subscribers of a status page",
      tags,
      request: { params: OfStatusPage, query: PageQuery },
      responses: { 200: json(pageSchema(SubscriberView), "Addresses, oldest first.") },
    }),
    async (c) => {
      const { limit, cursor } = c.req.valid("query");
      const ref = c.req.valid("param");
      const { db } = c.var.deps;
      requireFound("status page", await findStatusPage(db, ref));
      const from = { limit: limit + 1, after: readCursor(cursor, z.uuid()) };
      const page = toPage(await listSubscribers(db, ref, from), limit, (last) => last.id);
      return c.json({ ...page, items: page.items.map(subscriberView) }, 200);
    },
  )
  .openapi(
    route(WRITE, {
      method: "delete",
      path: "/v1/projects/{projectId}/status-pages/{pageId}/subscribers/{subscriberId}",
      summary: "Remove a subscriber of a status page",
      description: "No further update goes there. The reader may subscribe again.",
      tags,
      request: { params: OfSubscriber },
      responses: { 204: NO_CONTENT },
    }),
    async (c) => {
      requireFound("subscriber", await removeSubscriber(c.var.deps.db, c.req.valid("param")));
      return c.body(null, 204);
    },
  );

/** @throws 404 */
async function readPage(c: AppContext, ref: StatusPageRef): Promise<StatusPageView> {
  const row = requireFound("status page", await findStatusPage(c.var.deps.db, ref));
  return statusPageView(row, c.var.deps.settings.publicUrl);
}

/** Its days begin in the project's zone unless another is named. @throws 400 */
async function createPage(
  c: AppContext,
  projectId: string,
  input: z.output<typeof StatusPageInput>,
): Promise<StatusPageView> {
  const { db, settings } = c.var.deps;
  const project = requireFound("project", await findProject(db, projectId));
  refuseOwnHost(c, input);
  if (input.visibility === "password" && input.password === undefined) throw passwordMissing();
  const { name, slug } = input;
  const fields = { timezone: project.timezone, ...(await toFields(input)), name, slug };
  return statusPageView(await createStatusPage(db, projectId, fields), settings.publicUrl);
}

/** Writes what was sent. @throws 400, 404, 412 */
async function changePage(
  c: AppContext,
  ref: StatusPageRef,
  { patch, version }: { patch: z.output<typeof StatusPagePatch>; version: number | null },
): Promise<StatusPageView> {
  const { db, settings } = c.var.deps;
  const before = await readPage(c, ref);
  refuseOwnHost(c, patch);
  const visibility = patch.visibility ?? before.visibility;
  if (visibility === "password" && !before.hasPassword && patch.password === undefined)
    throw passwordMissing();
  const row = requireFound(
    "status page",
    await editStatusPage(db, ref, { fields: await toFields(patch), version }),
  );
  return recordChange(c, { before, after: statusPageView(row, settings.publicUrl) });
}

async function toFields({ password, ...fields }: z.output<typeof StatusPagePatch>): Promise<StatusPageEdit> {
  return password === undefined ? fields : { ...fields, passwordHash: await hashPassword(password) };
}

function passwordMissing(): ApiError {
  return ApiError.invalid("password", "Set a password of at least 8 characters, or make the page public.");
}

function refuseOwnHost(c: AppContext, { host = null }: { host?: string | null | undefined }): void {
  const problem = ownHostProblem(c, host);
  if (problem !== null) throw ApiError.invalid("host", problem);
}
