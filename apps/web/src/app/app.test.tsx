// @vitest-environment happy-dom
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { ADA, appApi, INSTANCE, ORGANIZATION, VIEWER } from "../../test/app-api.ts";
import { fakeApi, page, problem, type SentRequest } from "../../test/fake-api.ts";
import { aCheck, anIncident, anOverview, CHECK, PROJECT } from "../../test/fixtures.ts";
import { FakeEventSource, renderApp } from "../../test/render.tsx";

const CHECKS = `/v1/projects/${PROJECT}/checks`;
const signedOut = () => problem(401, { code: "unauthorized", detail: "Sign in." });

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
});

describe("the start page", () => {
  test("leads to the checks of the first project", async () => {
    fakeApi(appApi());
    const { router } = await renderApp("/");
    expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks`);
  });

  test("leads to the project that was open last", async () => {
    const me = {
      ...ADA,
      projects: [
        ...ADA.projects,
        { id: "p2", name: "Work", role: "member" as const, organizationId: ORGANIZATION, openIncidents: 0 },
      ],
    };
    localStorage.setItem("overdue-last-project", "p2");
    fakeApi({ ...appApi(me), "GET /v1/projects/p2/check-overviews": page() });
    const { router } = await renderApp("/");
    expect(router.state.location.pathname).toBe("/projects/p2/checks");
  });

  test("says in the project's name how many incidents other projects have, and in the menu which", async () => {
    const other = { name: "Work", role: "member" as const, organizationId: ORGANIZATION };
    const projects = [...ADA.projects, { ...other, id: "p2", openIncidents: 2 }];
    fakeApi(appApi({ ...ADA, projects }));
    await renderApp("/");
    const button = screen.getByRole("button", {
      name: /^Project: Home server\. 2 open incidents in other projects\./,
    });
    expect(button.textContent).toBe("Home server2");
    await userEvent.click(button);
    const entry = await screen.findByRole("menuitem", { name: /^Work/ });
    expect(entry.textContent).toContain("2 open incidents");
  });

  test("leads to the form for a project where a person has none", async () => {
    fakeApi(appApi({ ...ADA, projects: [] }));
    await renderApp("/");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Your first project");
  });

  test("leads to the setup while nobody has an account", async () => {
    const instance = { ...INSTANCE, setupNeeded: true };
    fakeApi({ ...appApi(), "GET /v1/me": signedOut, "GET /v1/instance": instance });
    const { router } = await renderApp("/");
    expect(router.state.location.pathname).toBe("/setup");
  });
});

test("a page leads to the sign-in page and remembers where the person wanted to go", async () => {
  fakeApi({ ...appApi(), "GET /v1/me": signedOut });
  const { router } = await renderApp(`/projects/${PROJECT}/incidents?state=all`);
  expect(router.state.location.pathname).toBe("/sign-in");
  expect(router.state.location.search).toEqual({ to: `/projects/${PROJECT}/incidents?state=all` });
});

test("the short address of a check in a message leads to the check's page in its project", async () => {
  fakeApi({
    ...appApi(),
    [`GET ${CHECKS}/${CHECK}`]: aCheck({ name: "nightly backup" }),
    [`GET ${CHECKS}/${CHECK}/findings`]: page(),
  });
  const { router } = await renderApp(`/checks/${CHECK}`);
  expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks/${CHECK}`);
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("nightly backup");
});

test("an address that does not exist says so, with a link back", async () => {
  fakeApi(appApi());
  await renderApp("/nowhere");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Page not found");
  expect(screen.getByRole("link", { name: "Go to your checks" }).getAttribute("href")).toBe("/");
});

test("a page that cannot read its data shows the error, and works again on request", async () => {
  let isBroken = true;
  const checks = () => (isBroken ? problem(500, { detail: "The database does not respond." }) : page());
  fakeApi({ ...appApi(), [`GET /v1/projects/${PROJECT}/check-overviews`]: checks });
  const { user } = await renderApp(`/projects/${PROJECT}/checks`);
  expect(screen.getByText("The database does not respond.")).toBeTruthy();
  isBroken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("No checks yet")).toBeTruthy();
});

describe("the frame of a project", () => {
  test("marks the current section, and counts the open incidents", async () => {
    fakeApi({
      ...appApi(),
      [`GET /v1/projects/${PROJECT}/incidents`]: page(anIncident(), anIncident({ id: "i2" })),
    });
    await renderApp(`/projects/${PROJECT}/checks`);
    const sections = within(screen.getByRole("navigation", { name: "Project" }));
    expect(sections.getByRole("link", { name: "Checks" }).getAttribute("aria-current")).not.toBeNull();
    expect(await sections.findByRole("link", { name: "Incidents 2 open" })).toBeTruthy();
  });

  test("switches between projects", async () => {
    const me = {
      ...ADA,
      projects: [
        ...ADA.projects,
        { id: "p2", name: "Work", role: "member" as const, organizationId: ORGANIZATION, openIncidents: 0 },
      ],
    };
    fakeApi({
      ...appApi(me),
      "GET /v1/projects/p2/check-overviews": page(),
      "GET /v1/projects/p2/incidents": page(),
    });
    const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
    await user.click(screen.getByRole("button", { name: /^Project: Home server/ }));
    await user.click(await screen.findByRole("menuitem", { name: "Work" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/projects/p2/checks"));
  });

  test("signs out", async () => {
    const sent = fakeApi({ ...appApi(), "POST /api/auth/sign-out": {} });
    const { user, router } = await renderApp(`/projects/${PROJECT}/checks`);
    await user.click(screen.getByRole("button", { name: "Account: Ada" }));
    await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/sign-in"));
    expect(sent.some(({ path }) => path === "/api/auth/sign-out")).toBe(true);
  });

  test.each([
    [true, 1],
    [false, 0],
  ])("offers the page of the instance to its operator only: %s", async (isOperator, count) => {
    fakeApi(appApi({ ...ADA, isOperator }));
    const { user } = await renderApp(`/projects/${PROJECT}/checks`);
    await user.click(screen.getByRole("button", { name: "Account: Ada" }));
    await screen.findByRole("menuitem", { name: "Sign out" });
    expect(screen.queryAllByRole("menuitem", { name: "This instance" })).toHaveLength(count);
  });
});

describe("somebody with view-only access", () => {
  test("sees a note about it, and is not offered a new check", async () => {
    fakeApi(appApi(VIEWER));
    await renderApp(`/projects/${PROJECT}/checks`);
    expect(
      screen.getByText("You have view-only access. Ask a project owner to make you an editor."),
    ).toBeTruthy();
    expect(screen.queryByRole("link", { name: "New check" })).toBeNull();
  });

  test("sees an explanation in place of a form", async () => {
    fakeApi(appApi(VIEWER));
    await renderApp(`/projects/${PROJECT}/checks/new`);
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Only for editors");
  });
});

describe("live updates", () => {
  const LIST = `/v1/projects/${PROJECT}/check-overviews`;
  const backup = anOverview({ name: "nightly backup", status: "up" });

  async function renderChecks(status: () => "up" | "down") {
    const sent = fakeApi({
      ...appApi(),
      [`GET ${LIST}`]: ({ query }: SentRequest) =>
        page(query["id"] === CHECK ? { ...backup, status: status() } : backup),
    });
    await renderApp(`/projects/${PROJECT}/checks`);
    return { sent, stream: FakeEventSource.opened[0] };
  }

  test("show a new status without a reload, by reading only the check that changed", async () => {
    const { sent, stream } = await renderChecks(() => "down");
    const lists = () => sent.filter(({ path, query }) => path === LIST && !("id" in query)).length;
    const before = lists();
    act(() => stream?.change(CHECK));
    expect(await screen.findByText("nightly backup is now down.")).toBeTruthy();
    expect(lists()).toBe(before);
  });

  test("do not read the list a second time when the stream opens", async () => {
    const { sent, stream } = await renderChecks(() => "up");
    act(() => stream?.change(CHECK));
    await waitFor(() => expect(sent.some(({ path, query }) => path === LIST && "id" in query)).toBe(true));
    expect(sent.filter(({ path, query }) => path === LIST && !("id" in query))).toHaveLength(1);
  });

  test("take over what was asked for before the app's code was there", async () => {
    vi.stubGlobal("EventSource", FakeEventSource);
    const first = new FakeEventSource(`/v1/projects/${PROJECT}/events`);
    const answers = new Map([
      ["/v1/me", Promise.resolve(Response.json(ADA))],
      [LIST, Promise.resolve(Response.json(page(backup)))],
    ]);
    await act(async () => {});
    globalThis.overdueFirst = {
      answers,
      events: first as unknown as EventSource,
      changes: ['{"checkId":null}'],
    };
    const { sent } = await renderChecks(() => "down");
    expect(await screen.findByRole("link", { name: "nightly backup" })).toBeTruthy();
    expect(FakeEventSource.opened).toHaveLength(0);
    expect(sent.map(({ path }) => path)).not.toContain("/v1/me");
    expect(sent.map(({ path }) => path)).not.toContain(LIST);
    act(() => first.change(CHECK));
    expect(await screen.findByText("nightly backup is now down.")).toBeTruthy();
  });

  test("ask again where a first request failed", async () => {
    vi.stubGlobal("EventSource", FakeEventSource);
    const events = { readyState: FakeEventSource.CLOSED, url: "", close: () => {} } as unknown as EventSource;
    const answers = new Map([
      ["/v1/me", Promise.reject(new TypeError("fetch failed"))],
      [LIST, Promise.resolve(new Response(null, { status: 503 }))],
    ]);
    globalThis.overdueFirst = { answers, events, changes: [] };
    const { sent } = await renderChecks(() => "down");
    expect(FakeEventSource.opened).toHaveLength(1);
    expect(sent.map(({ path }) => path)).toEqual(expect.arrayContaining(["/v1/me", LIST]));
  });

  test("read the list again after the stream was lost, and keep the strips of checks that have not changed", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { stream } = await renderChecks(() => "up");
    act(() => void stream?.dispatchEvent(new Event("error")));
    await waitFor(() => expect(FakeEventSource.opened).toHaveLength(2));
    const sent = fakeApi({ ...appApi(), [`GET ${LIST}`]: page({ ...backup, name: "renamed" }) });
    act(() => FakeEventSource.opened[1]?.change(null));
    expect(await screen.findByRole("link", { name: "renamed" })).toBeTruthy();
    expect(sent.filter(({ path }) => path === LIST)).toHaveLength(1);
  });

  test("read everything again after an event of the whole project", async () => {
    const { sent, stream } = await renderChecks(() => "up");
    const before = sent.length;
    act(() => stream?.change(null));
    await waitFor(() => expect(sent.slice(before).map(({ path }) => path)).toContain(LIST));
  });

  test("ignore what is not an event", async () => {
    const { sent, stream } = await renderChecks(() => "up");
    const before = sent.length;
    act(() => {
      stream?.dispatchEvent(new MessageEvent("change", { data: "<html>" }));
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(sent.length).toBe(before);
  });

  test("are connected again after they were lost", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { stream } = await renderChecks(() => "up");
    act(() => {
      stream?.dispatchEvent(new Event("error"));
    });
    expect(stream?.isClosed).toBe(true);
    await waitFor(() => expect(FakeEventSource.opened).toHaveLength(2));
    vi.restoreAllMocks();
  });

  test("are watched over: a checker that stopped raises a banner", async () => {
    const instance = { ...INSTANCE, problem: "no checker has worked for 20 s." };
    fakeApi({ ...appApi(), "GET /v1/instance": instance });
    await renderApp(`/projects/${PROJECT}/checks`);
    expect(await screen.findByText("Alerts may be late: no checker has worked for 20 s.")).toBeTruthy();
  });
});

test("what is typed into the form of a new check is there again after a look at another page", async () => {
  fakeApi(appApi());
  const { user, router } = await renderApp(`/projects/${PROJECT}/checks/new`);
  await user.type(screen.getByLabelText("Name"), "nightly backup");
  await act(() => router.navigate({ to: "/projects/$projectId/channels", params: { projectId: PROJECT } }));
  await act(() => router.navigate({ to: "/projects/$projectId/checks/new", params: { projectId: PROJECT } }));
  const name = await screen.findByLabelText<HTMLInputElement>("Name");
  expect(name.value).toBe("nightly backup");
});

test("a project that does not exist, or of which the person is no member, is not found", async () => {
  fakeApi(appApi());
  await renderApp(`/projects/${CHECK}/checks`);
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Page not found");
});
