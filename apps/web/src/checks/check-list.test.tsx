// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { fakeApi, page, problem, type SentRequest } from "../../test/fake-api.ts";
import { aCheck, anOverview, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { CheckList } from "./check-list.tsx";
import { type CheckOverview, checksQuery, refreshChecks } from "./check-queries.ts";
import { groupChecks } from "./check-selection.ts";
import { ChosenChecks, useChosenChecks } from "./chosen-checks.ts";
import { COLUMNS } from "./columns.ts";
import { useCheckActions } from "./use-check-actions.tsx";

const PATH = `/v1/projects/${PROJECT}/checks`;
const LIST = `/v1/projects/${PROJECT}/check-overviews`;
const backup = anOverview({ name: "nightly backup", status: "up", tags: ["db", "eu"], strip: "o4l5" });
const report = anOverview({ id: "c2", name: "weekly-report", status: "down" });
const stored = aCheck({ name: "nightly backup", status: "up", pingUrl: "https://overdue.example/ping/1" });

/** The list with its actions, as the page of checks has it. */
const List = () => <ListOf checks={[report, backup]} />;

type ListOfProps = { checks: CheckOverview[]; chosen?: ChosenChecks; group?: "tag" | "host" };

function ListOf({ checks, chosen, group }: ListOfProps) {
  const own = useChosenChecks();
  const actions = useCheckActions(PROJECT);
  return (
    <CheckList
      projectId={PROJECT}
      rows={groupChecks(checks, group, 0)}
      actions={actions}
      chosen={chosen ?? own}
      columns={COLUMNS}
      strip={({ strip }) => <i>{strip}</i>}
    />
  );
}

const renderList = (role: "owner" | "viewer" = "owner") => renderPart(<List />, { role });

const rows = () => within(screen.getByRole("list", { name: "Checks" })).getAllByRole("listitem");

test("each check leads to its own page", async () => {
  await renderList();
  expect(screen.getByRole("link", { name: "nightly backup" }).getAttribute("href")).toBe(
    `/projects/${PROJECT}/checks/${CHECK}`,
  );
});

test("a row shows the status, the tags, the schedule, the strip and the last ping of its check", async () => {
  await renderList();
  const row = rows().find((one) => one.textContent?.includes("nightly backup"));
  for (const text of ["Up", "dbeu", "Every 5 minutes", "o4l5", "Last ping never"])
    expect(row?.textContent).toContain(text);
});

test("a row of a long list says where in the list it is, since only some rows are rendered", async () => {
  const many = Array.from({ length: 1_000 }, (_, index) =>
    anOverview({ id: `c${index}`, name: `job ${index}` }),
  );
  await renderPart(<ListOf checks={many} />);
  const first = screen.getByRole("link", { name: "job 0" }).closest("li");
  expect(first?.getAttribute("aria-setsize")).toBe("1000");
  expect(first?.getAttribute("aria-posinset")).toBe("1");
  expect(screen.getAllByRole("link").length).toBeLessThan(200);
});

describe("the selection", () => {
  const many = ["a", "b", "c", "d"].map((name) => anOverview({ id: name, name }));
  const box = (name: string) => screen.getByRole("checkbox", { name: `Select ${name}` });

  test("grows by a click, and by a click with Shift to everything between", async () => {
    const chosen = new ChosenChecks();
    const { user } = await renderPart(<ListOf checks={many} chosen={chosen} />);
    await user.click(box("a"));
    await user.keyboard("{Shift>}");
    await user.click(box("c"));
    await user.keyboard("{/Shift}");
    expect([...chosen.state.ids]).toEqual(["a", "b", "c"]);
    expect((box("b") as HTMLInputElement).checked).toBe(true);
    await user.click(box("b"));
    expect([...chosen.state.ids]).toEqual(["a", "c"]);
  });

  test("is not offered to viewers", async () => {
    await renderPart(<ListOf checks={many} />, { role: "viewer" });
    expect(screen.queryByRole("checkbox")).toBeNull();
  });

  test("follows the keys j and k, which move the focus from check to check", async () => {
    const chosen = new ChosenChecks();
    const { user } = await renderPart(<ListOf checks={many} chosen={chosen} />);
    await user.keyboard("jjk");
    expect(chosen.state.current).toBe("a");
    await user.keyboard("j");
    expect(document.activeElement?.textContent).toBe("b");
  });
});

test("groups have headings with the number of their checks, and positions count the checks alone", async () => {
  await renderPart(<ListOf checks={[report, backup]} group="tag" />);
  expect(screen.getAllByRole("heading").map((one) => one.parentElement?.textContent)).toEqual([
    "db1",
    "Without a tag1",
  ]);
  expect(
    screen.getByRole("link", { name: "nightly backup" }).closest("li")?.getAttribute("aria-posinset"),
  ).toBe("1");
});

test("the strips that a long list comes without are read for the rows that are shown", async () => {
  const { strip: _, ...bare } = backup;
  const sent = fakeApi({ [`GET ${LIST}`]: page(backup) });
  const { client } = await renderPart(<ListOf checks={[bare, report]} />);
  client.setQueryData(checksQuery(PROJECT).queryKey, [bare, report]);
  await waitFor(() => expect(client.getQueryData(checksQuery(PROJECT).queryKey)).toEqual([backup, report]));
  expect(sent.map(({ query }) => query)).toEqual([{ id: CHECK }]);
});

test("a list that is read again keeps its strips, except for checks that have changed", async () => {
  const { client } = await renderPart(null);
  const read = (heard: string) => {
    const { strip: _, ...bare } = { ...backup, lastHeardAt: heard };
    fakeApi({ [`GET ${LIST}`]: page(bare) });
    return client.fetchQuery({ ...checksQuery(PROJECT), staleTime: 0 });
  };
  client.setQueryData(checksQuery(PROJECT).queryKey, [{ ...backup, lastHeardAt: "a" }]);
  expect(await read("a")).toMatchObject([{ strip: "o4l5" }]);
  expect((await read("b"))[0]?.strip).toBeUndefined();
});

describe("the actions of a check", () => {
  let sent: SentRequest[];

  beforeEach(() => {
    sent = fakeApi({
      [`POST ${PATH}/${CHECK}/pause`]: { ...stored, status: "paused" },
      [`POST ${PATH}/${CHECK}/undo-pause`]: stored,
      [`POST ${PATH}/${CHECK}/restore`]: stored,
      [`DELETE ${PATH}/${CHECK}`]: {},
      [`GET ${PATH}/${CHECK}`]: stored,
      [`GET ${LIST}`]: page(backup),
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
    await waitFor(async () =>
      expect(await navigator.clipboard.readText()).toBe("https://overdue.example/ping/1"),
    );
  });

  test("include pausing it, which can be undone", async () => {
    const { user } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Pause" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toContain(`${PATH}/${CHECK}/pause`));
    await user.click(await screen.findByRole("button", { name: "Undo pause" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toContain(`${PATH}/${CHECK}/undo-pause`));
  });

  test("include deleting it, which can be undone", async () => {
    const { user, client } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Delete" }));
    await screen.findByText(/“nightly backup” is deleted\./);
    expect(client.getQueryData(checksQuery(PROJECT).queryKey)?.map(({ id }) => id)).toEqual(["c2"]);
    await user.click(screen.getByRole("button", { name: "Undo delete" }));
    await waitFor(() =>
      expect(client.getQueryData(checksQuery(PROJECT).queryKey)?.map(({ id }) => id)).toEqual(["c2", CHECK]),
    );
  });

  test("offer one undo, the newer one, where a check is paused and then deleted", async () => {
    const { user } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Pause" }));
    await screen.findByRole("button", { name: "Undo pause" });
    await user.click(screen.getByRole("button", { name: "Actions for nightly backup" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    await screen.findByRole("button", { name: "Undo delete" });
    await waitFor(() => expect(screen.queryByRole("button", { name: "Undo pause" })).toBeNull());
  });

  test("do not bring a check back that was deleted while it was being read", async () => {
    const { user, client } = await openMenu();
    let answer: (response: Response) => void = () => {};
    const late = new Promise<Response>((resolve) => (answer = resolve));
    fakeApi({ [`DELETE ${PATH}/${CHECK}`]: {}, [`GET ${LIST}`]: () => late });
    const refresh = refreshChecks(client, PROJECT, [CHECK]);
    await user.click(screen.getByRole("menuitem", { name: "Delete" }));
    await screen.findByRole("button", { name: "Undo delete" });
    answer(Response.json(page(backup)));
    await refresh;
    expect(client.getQueryData(checksQuery(PROJECT).queryKey)?.map(({ id }) => id)).toEqual(["c2"]);
  });

  test("that the server refuses show why", async () => {
    fakeApi({ [`POST ${PATH}/${CHECK}/pause`]: () => problem(404, { detail: "There is no such check." }) });
    const { user } = await openMenu();
    await user.click(screen.getByRole("menuitem", { name: "Pause" }));
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such check.");
  });

  test("are not offered to viewers", async () => {
    await renderList("viewer");
    expect(screen.queryByRole("button", { name: /Actions/ })).toBeNull();
  });
});

test("checks of the same host stand together, and those whose host is not known come last", () => {
  const on = (name: string, host?: string) =>
    anOverview({ id: name, name, ...(host !== undefined && { host }) });
  const groups = groupChecks(
    [on("a"), on("b", "192.0.2.10"), on("c", "192.0.2.9"), on("d", "192.0.2.10")],
    "host",
    0,
  );
  expect(groups.map((row) => (row.kind === "group" ? `${row.label}: ${row.count}` : row.check.name))).toEqual(
    ["192.0.2.9: 1", "c", "192.0.2.10: 2", "b", "d", "Host not known: 1", "a"],
  );
});
