// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";

import { fakeApi } from "../../test/fake-api.ts";
import { CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { PostList } from "./post-list.tsx";
import type { StatusPageView, StatusPostView } from "./status-page-queries.ts";

const AT = "2026-11-20T12:00:00.000Z";
const PAGE: StatusPageView = {
  id: "p1",
  version: 1,
  name: "Our jobs",
  slug: "our-jobs",
  url: "http://overdue.test/status/our-jobs",
  description: "",
  host: null,
  visibility: "public",
  hasPassword: false,
  theme: "auto",
  timezone: "UTC",
  showsIncidents: true,
  entries: [{ checkId: CHECK, group: "", name: "Database backup" }],
  subscribers: 2,
  managedBy: null,
  createdAt: AT,
  updatedAt: AT,
};
const INVESTIGATING = {
  id: "u1",
  at: AT,
  editedAt: null,
  state: "investigating",
  text: "We look.",
  by: "Ada",
} as const;
const RESOLVED = { ...INVESTIGATING, id: "u2", state: "resolved", text: "There is room again." } as const;
const POST: StatusPostView = {
  id: "n1",
  title: "No backups tonight",
  incidentId: null,
  checkIds: [CHECK],
  createdAt: AT,
  updates: [RESOLVED, INVESTIGATING],
};
const OF_POST = `/v1/projects/${PROJECT}/status-pages/p1/posts/n1/updates`;

async function renderPosts(post: StatusPostView = POST, role: "owner" | "viewer" = "owner") {
  const sent = fakeApi({
    [`PUT ${OF_POST}/u2`]: POST,
    [`POST ${OF_POST}`]: POST,
    [`DELETE ${OF_POST}/u2`]: () => new Response(null, { status: 204 }),
    [`POST ${OF_POST}/u2/restore`]: () => new Response(null, { status: 204 }),
  });
  const pageRef = { projectId: PROJECT, pageId: "p1" };
  const list = <PostList pageRef={pageRef} page={PAGE} posts={[post]} remove={vi.fn()} />;
  return { sent, ...(await renderPart(list, { role })) };
}

test("an update is corrected where it stands", async () => {
  const { user, sent } = await renderPosts();
  await user.click(screen.getByRole("button", { name: "Edit “Resolved” of No backups tonight" }));
  const text = screen.getByLabelText(/^What visitors should know/);
  await user.clear(text);
  await user.type(text, "There is room for a year.");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("The page says that it was edited.");
  expect(sent[0]).toMatchObject({
    method: "PUT",
    json: { state: "resolved", text: "There is room for a year." },
  });
});

test("an update is deleted, and its deletion undone", async () => {
  const { user, sent } = await renderPosts();
  await user.click(screen.getByRole("button", { name: "Delete “Resolved” of No backups tonight" }));
  await user.click(await screen.findByRole("button", { name: "Undo" }));
  await waitFor(() =>
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE ${OF_POST}/u2`,
      `POST ${OF_POST}/u2/restore`,
    ]),
  );
});

test("the only update of a post is deleted with its post alone", async () => {
  await renderPosts({ ...POST, updates: [INVESTIGATING] });
  expect(screen.queryByRole("button", { name: /^Delete “/ })).toBeNull();
  expect(screen.getByRole("button", { name: "Delete No backups tonight" })).toBeTruthy();
});

test("the form of an update says how many get a mail", async () => {
  const { user, sent } = await renderPosts();
  await user.click(screen.getByRole("button", { name: "Add an update to No backups tonight" }));
  await user.type(screen.getByLabelText(/^What visitors should know/), "Almost done.");
  await user.click(screen.getByRole("button", { name: "Publish and mail to 2 subscribers" }));
  await screen.findByText("It is on the page.");
  expect(sent[0]).toMatchObject({ method: "POST", json: { state: "identified", text: "Almost done." } });
});

test("a viewer reads the updates and changes nothing", async () => {
  const { container } = await renderPosts(POST, "viewer");
  expect(within(container).getByText("There is room again.")).toBeTruthy();
  expect(within(container).queryAllByRole("button")).toEqual([]);
});
