// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { fakeApi, page, problem, type SentRequest } from "../../test/fake-api.ts";
import { aCheck, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { CheckList } from "./check-list.tsx";
import { checksQuery } from "./check-queries.ts";
import type { Selection } from "./check-selection.ts";

const PATH = `/v1/projects/${PROJECT}/checks`;
const backup = aCheck({
  name: "nightly backup",
  status: "up",
  tags: ["db", "eu"],
  pingUrl: "https://overdue.example/ping/1",
});
const report = aCheck({ id: "c2", name: "", slug: "weekly-report", status: "down" });

function renderList(selection: Selection = {}, role: "owner" | "viewer" = "owner") {
  return renderPart(<CheckList projectId={PROJECT} checks={[backup, report]} selection={selection} />, {
    role,
  });
}

const names = () =>
  within(screen.getByRole("list", { name: "Checks" }))
    .getAllByRole("link")
    .map((link) => link.textContent);

test("a check that is down comes before one that is up", async () => {
  await renderList();
  expect(names()).toEqual(["weekly-report", "nightly backup"]);
});

test("each check leads to its own page", async () => {
  await renderList();
  expect(screen.getByRole("link", { name: "nightly backup" }).getAttribute("href")).toBe(
    `/projects/${PROJECT}/checks/${CHECK}`,
  );
});

test("a row shows the status, the tags, the schedule and the last ping of its check", async () => {
  await renderList({ q: "backup" });
  const [row] = within(screen.getByRole("list", { name: "Checks" })).getAllByRole("listitem");
  expect(row?.textContent).toContain("Up");
  expect(row?.textContent).toContain("dbeu");
  expect(row?.textContent).toContain("Every 5 minutes");
  expect(row?.textContent).toContain("Last ping never");
});

test("a filter that matches no check says so instead of an empty list", async () => {
  await renderList({ q: "restore" });
  expect(screen.getByText("No check matches this filter.")).toBeTruthy();
  expect(screen.queryByRole("list", { name: "Checks" })).toBeNull();
});

describe("the actions of a check", () => {
  let sent: SentRequest[];

  beforeEach(() => {
    sent = fakeApi({
      [`POST ${PATH}/${CHECK}/pause`]: { ...backup, status: "paused" },
      [`POST ${PATH}/${CHECK}/resume`]: backup,
      [`POST ${PATH}/${CHECK}/restore`]: backup,
      [`DELETE ${PATH}/${CHECK}`]: {},
      [`GET ${PATH}`]: page(backup, report),
    });
  });

  async function openMenu() {
    const rendered = await renderList();
    rendered.client.setQueryData(checksQuery(PROJECT).queryKey, [backup, report]);
    await rendered.user.click(screen.getByRole("button", { name: "Actions for nightly backup" }));
    await screen.findByRole("menuitem", { name: "Pause" });
    return rendered;
  }

  test("include copying its ping URL", async () => {
    const { user } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Copy ping URL" }));
    expect(await navigator.clipboard.readText()).toBe("https://overdue.example/ping/1");
  });

  test("include pausing it", async () => {
    const { user } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Pause" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toEqual([`${PATH}/${CHECK}/pause`]));
  });

  test("include deleting it, which can be undone", async () => {
    const { user, client } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Delete" }));
    await screen.findByText(/“nightly backup” is deleted\./);
    expect(client.getQueryData(checksQuery(PROJECT).queryKey)?.map(({ id }) => id)).toEqual(["c2"]);
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(client.getQueryData(checksQuery(PROJECT).queryKey)?.map(({ id }) => id)).toEqual(["c2", CHECK]),
    );
  });

  test("that the server refuses show why", async () => {
    fakeApi({ [`POST ${PATH}/${CHECK}/pause`]: () => problem(404, { detail: "There is no such check." }) });
    const { user } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Pause" }));
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such check.");
  });

  test("are not offered to viewers, who may not see the ping URL either", async () => {
    const secret = { ...backup, pingUrl: null };
    await renderPart(<CheckList projectId={PROJECT} checks={[secret]} selection={{}} />, { role: "viewer" });
    expect(screen.queryByRole("button", { name: /Actions/ })).toBeNull();
  });
});
