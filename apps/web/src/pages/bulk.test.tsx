// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";

import { appApi } from "../../test/app-api.ts";
import { fakeApi, page, type SentRequest } from "../../test/fake-api.ts";
import { anOverview, AT, PROJECT } from "../../test/fixtures.ts";
import { renderApp } from "../../test/render.tsx";
import { inverseAction, problemText } from "./bulk-action.ts";

const VIEWS = `/v1/projects/${PROJECT}/views`;
const BULK = `/v1/projects/${PROJECT}/checks/bulk`;
const checks = ["backup", "report", "sync"].map((name) =>
  anOverview({ id: name, name, status: "up", tags: [name === "sync" ? "eu" : "db"] }),
);

let sent: SentRequest[];

beforeEach(() => {
  localStorage.clear();
  sent = fakeApi({
    ...appApi(),
    [`GET /v1/projects/${PROJECT}/check-overviews`]: page(...checks),
    [`POST ${BULK}`]: ({ json }: SentRequest) => ({
      results: (json as { checkIds: string[] }).checkIds.map((checkId) =>
        checkId === "sync"
          ? { checkId, outcome: "failed", message: "It is not down." }
          : { checkId, outcome: "changed" },
      ),
    }),
  });
});

const bulks = () => sent.filter(({ path }) => path === BULK).map(({ json }) => json);

test("selected checks are paused together, and the undo resumes those that were paused", async () => {
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  for (const { name } of checks) await user.click(screen.getByRole("checkbox", { name: `Select ${name}` }));
  const bar = within(await screen.findByRole("region", { name: "Selected checks" }));
  await user.click(bar.getByRole("button", { name: "Pause" }));
  expect((await screen.findByText(/1 of 3 not changed/)).textContent).toContain("“sync”: It is not down.");
  await user.click(await screen.findByRole("button", { name: "Undo pause" }));
  await waitFor(() =>
    expect(bulks()).toEqual([
      { action: "pause", checkIds: ["backup", "report", "sync"] },
      { action: "undo-pause", checkIds: ["backup", "report"] },
    ]),
  );
});

test("an acknowledgement of a check waits while the server cannot be reached", async () => {
  const incident = { id: "i1", reason: "missed", openedAt: AT } as const;
  fakeApi({
    ...appApi(),
    [`GET /v1/projects/${PROJECT}/check-overviews`]: page(anOverview({ status: "down", incident })),
    [`POST ${BULK}`]: () => Promise.reject(new TypeError("Failed to fetch")),
  });
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("ja");
  expect(await screen.findByText("acknowledged here, not sent yet")).toBeTruthy();
  await user.click(await screen.findByRole("button", { name: "Do not send it" }));
  await waitFor(() => expect(screen.queryByText("acknowledged here, not sent yet")).toBeNull());
});

test("the keys select, extend and clear the selection", async () => {
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.keyboard("jxjjX");
  expect((await screen.findByText("3 of 3 selected")).textContent).toBeTruthy();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("region", { name: "Selected checks" })).toBeNull());
});

test("the chips count what the other filters leave, and the filters can be cleared at once", async () => {
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks?tag=db&status=down`);
  expect(screen.getByText(/0 of 3/)).toBeTruthy();
  expect(screen.getByRole("link", { name: "All 2" })).toBeTruthy();
  await user.click(screen.getByRole("link", { name: "Clear filters" }));
  await waitFor(() => expect(router.state.location.search).toEqual({}));
});

/** The views as the server keeps them. */
function keepViews(): object {
  const kept: object[] = [];
  return {
    ...appApi(),
    [`GET /v1/projects/${PROJECT}/check-overviews`]: page(...checks),
    [`GET ${VIEWS}`]: () => page(...kept),
    [`POST ${VIEWS}`]: ({ json }: SentRequest) => {
      const view = { id: `view-${kept.length}`, shared: false, createdAt: "2026-11-20T12:00:00.000Z" };
      kept.push({ ...view, ...(json as object) });
      return kept.at(-1);
    },
  };
}

test("views that an earlier version stored in this browser move to the server", async () => {
  sent = fakeApi(keepViews() as Record<string, object>);
  const key = `overdue-views-${PROJECT}`;
  localStorage.setItem(key, JSON.stringify([{ name: "Old", search: { tag: ["db"] } }]));
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  await user.click(screen.getByRole("button", { name: "View" }));
  expect(await screen.findByRole("menuitem", { name: "Old" })).toBeTruthy();
  expect(sent.find(({ method }) => method === "POST")?.json).toEqual({
    name: "Old",
    search: { tag: ["db"] },
  });
  expect(localStorage.getItem(key)).toBeNull();
});

test("a view is saved under a name, and shown again by it", async () => {
  sent = fakeApi(keepViews() as Record<string, object>);
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks?tag=db&group=status`);
  await user.click(screen.getByRole("button", { name: "View" }));
  await user.click(await screen.findByRole("menuitem", { name: "Save this view …" }));
  await user.type(screen.getByRole("textbox", { name: "Name of the view" }), "Databases{Enter}");
  await user.click(screen.getByRole("link", { name: "Without the tag db" }));
  await user.click(await screen.findByRole("button", { name: "View" }));
  await user.click(await screen.findByRole("menuitem", { name: "Databases" }));
  expect(await screen.findByRole("link", { name: "Without the tag db" })).toBeTruthy();
  expect(router.state.location.search).toMatchObject({ group: "status" });
});

test("what an undo does is the opposite of what was done", () => {
  expect(inverseAction({ action: "add-tags", tags: ["night"] })).toEqual({
    action: "remove-tags",
    tags: ["night"],
  });
  expect(inverseAction({ action: "delete" })).toEqual({ action: "restore" });
});

test("three of many failures are named", () => {
  const results = ["a", "b", "c", "d", "e"].map((checkId) => ({
    checkId,
    outcome: "failed" as const,
    message: "No.",
  }));
  expect(problemText(results, new Map([["a", "backup"]]))).toBe(
    "5 of 5 not changed. “backup”: No. “b”: No. “c”: No. And 2 more.",
  );
});
