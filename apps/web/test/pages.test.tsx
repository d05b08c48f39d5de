// @vitest-environment happy-dom
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, test } from "vitest";

import { JOB_KINDS } from "../src/checks/first-check.ts";
import { pingSnippets, pingTarget } from "../src/checks/snippets.ts";
import { call, COOKIES, ping, signInAs } from "./real-api.ts";
import { FakeEventSource, renderApp, tableRows } from "./render.tsx";

const HOURLY = { kind: "interval", everySeconds: 3_600 };
const WEBHOOK = { kind: "webhook", name: "Pager", settings: { url: "https://hooks.example.org/overdue" } };

let project: string;

beforeEach(async () => {
  const { id } = await asAda("/v1/projects", { method: "POST", json: { name: "Home server" } });
  project = `/v1/projects/${id}`;
  signInAs(COOKIES.ada);
});

const asAda = (path: string, options?: Parameters<typeof call>[2]) => call(COOKIES.ada, path, options);

/** Opens a page of the test's project. */
const open = (path: string) => renderApp(`${project.replace("/v1", "")}/${path}`);

const create = (what: string, json: object) => asAda(`${project}/${what}`, { method: "POST", json });

const pingPath = (check: { pingUrl: string }) => check.pingUrl.replace(/^https?:\/\/[^/]+/, "");

const alerts = () =>
  screen
    .getAllByRole("alert")
    .map(({ textContent }) => textContent)
    .join(" ");

describe("the first minutes", () => {
  test("lead from one question to a check with its snippet, which gets its first ping", async () => {
    const { user, router } = await open("start");
    await user.click(await screen.findByRole("button", { name: /A backup script/ }));
    expect((await screen.findByLabelText("Shell script snippet")).textContent).toContain("/ping/");
    const { items } = await asAda(`${project}/checks`);
    expect(items).toMatchObject([{ name: "nightly backup", severity: "critical", graceSeconds: 10_800 }]);
    expect(screen.getByText(/^Listening…/)).toBeTruthy();
    expect(await screen.findByText("No channel is chosen yet")).toBeTruthy();
    await ping(pingPath(items[0]));
    act(() => FakeEventSource.opened[0]?.change(items[0].id));
    expect(await screen.findByText(/The first ping came/)).toBeTruthy();
    expect(router.state.location.search).toEqual({ check: items[0].id, watch: "backup" });
  });

  test("let a person who chose the wrong thing choose again, and keep no empty check", async () => {
    const { user } = await open("start");
    await user.click(await screen.findByRole("button", { name: /A cron job/ }));
    await user.click(await screen.findByRole("button", { name: "Choose something else" }));
    expect(await screen.findByRole("button", { name: /A systemd timer/ })).toBeTruthy();
    await waitFor(async () => expect((await asAda(`${project}/checks`)).items).toEqual([]));
  });

  test.each(JOB_KINDS)(
    "make a check that the server takes, with a snippet of its own, for $title",
    async (jobKind) => {
      const check = await create("checks", jobKind.check("Europe/Berlin"));
      const snippets = pingSnippets(pingTarget(check, "Europe/Berlin"));
      expect(snippets.map(({ id }) => id)).toContain(jobKind.snippet);
    },
  );

  test("say who is notified of the check, and offer a test", async () => {
    await create("channels", WEBHOOK);
    const { user } = await open("start");
    await user.click(await screen.findByRole("button", { name: /A bot that must stay alive/ }));
    await user.click(await screen.findByRole("button", { name: "Send a test message" }));
    expect(await screen.findByText(/Test message:/)).toBeTruthy();
  });
});

describe("clock changes", () => {
  test("are listed with the checks that they touch, whose scheduler decides how", async () => {
    const nightly = { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" };
    await create("checks", { name: "backup", schedule: { ...nightly, scheduler: "kubernetes" } });
    await create("checks", { name: "noon report", schedule: { ...nightly, expression: "0 12 * * *" } });
    await open("clock-changes");
    // In spring it is skipped, and in autumn it runs twice.
    expect(await screen.findByText(/^02:30 (does not run|runs twice)/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "backup" })).toBeTruthy();
    expect(screen.queryByText("noon report")).toBeNull();
  });

  test("that touch no check are said to change nothing", async () => {
    await create("checks", { name: "heartbeat", schedule: HOURLY });
    await open("clock-changes");
    expect(await screen.findByText("No check here has a time zone: intervals know no clock.")).toBeTruthy();
  });
});

describe("the page that explains a line", () => {
  const address =
    "/explain?line=0+9+*+*+1-5&zone=Europe/Berlin&by=debian-cron&by=apscheduler&by=quartz&by=kubernetes";

  test("shows the readings of its address side by side, and whether they agree", async () => {
    const { user, router } = await renderApp(address);
    const card = async (name: string) => within(await screen.findByRole("article", { name }));
    expect((await card("APScheduler")).getByText("Tuesday to Saturday at 09:00, Europe/Berlin")).toBeTruthy();
    expect((await card("Quartz (Java)")).getByText("0 0 9 ? * 1-5")).toBeTruthy();
    expect(screen.getByText("They run this line at different times.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Remove APScheduler" }));
    await user.click(screen.getByRole("button", { name: "Remove Quartz (Java)" }));
    expect(await screen.findByText(/^They run this line at the same times, at the next/)).toBeTruthy();
    expect(router.state.location.search).toMatchObject({ by: ["debian-cron", "kubernetes"] });
  });

  test("proposes who reads a line that plain cron refuses, and keeps it in the address", async () => {
    const { user, router } = await renderApp("/explain?line=0+30+2+*+*+*&zone=UTC&by=debian-cron");
    expect(await screen.findByText("It does not take this line")).toBeTruthy();
    await user.click(await screen.findByRole("button", { name: "Add Spring @Scheduled" }));
    await screen.findByText("Every day at 02:30, UTC");
    expect(router.state.location.search).toMatchObject({
      line: "0 30 2 * * *",
      by: ["debian-cron", "spring"],
    });
  });
});

describe("checks", () => {
  test("are created in the form, and show how to ping them", async () => {
    const { user, router } = await open("checks/new");
    await user.type(screen.getByLabelText("Name"), "nightly backup");
    await user.click(screen.getByRole("button", { name: "Create check" }));
    await waitFor(() => expect(router.state.location.pathname).toMatch(/\/checks\/[0-9a-f-]{36}$/));
    const { items } = await asAda(`${project}/checks`);
    expect(items).toMatchObject([{ name: "nightly backup", slug: "nightly-backup" }]);
    expect((await screen.findByLabelText("ping URL")).textContent).toBe(items[0].pingUrl);
  });

  test("cannot be created with a schedule that never comes, and the page says why while it is typed", async () => {
    const { user } = await open("checks/new");
    const field = screen.getByLabelText(/^Cron expression/);
    await user.clear(field);
    await user.type(field, "0 0 30 2 *");
    await waitFor(() => expect(alerts()).toContain("This schedule cannot be used yet"));
    await user.click(screen.getByRole("button", { name: "Create check" }));
    await waitFor(() => expect(alerts()).toContain("Some fields need a correction"));
    expect((await asAda(`${project}/checks`)).items).toEqual([]);
  });

  test("show a ping as soon as its event arrives", async () => {
    const check = await create("checks", { name: "nightly backup", schedule: HOURLY });
    await open(`checks/${check.id}`);
    expect(within(screen.getByRole("region", { name: "Status" })).getByText("New")).toBeTruthy();
    await ping(pingPath(check));
    act(() => FakeEventSource.opened[0]?.change(check.id));
    await waitFor(() =>
      expect(within(screen.getByRole("region", { name: "Status" })).getByText("Up")).toBeTruthy(),
    );
  });

  test("that somebody else edited meanwhile are not overwritten before the person decides", async () => {
    const check = await create("checks", { name: "price list", schedule: HOURLY, graceSeconds: 300 });
    const { user } = await open(`checks/${check.id}/edit`);
    await user.type(screen.getByLabelText("Description"), "Ask Bob.");
    await asAda(`${project}/checks/${check.id}`, { method: "PATCH", json: { graceSeconds: 600 } });
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(alerts()).toContain("Grace: it was 5 minutes; now it is 10 minutes"));
    expect((await asAda(`${project}/checks/${check.id}`)).description).toBe("");
    await user.click(screen.getByRole("button", { name: "Overwrite with my changes" }));
    await waitFor(async () =>
      expect(await asAda(`${project}/checks/${check.id}`)).toMatchObject({
        description: "Ask Bob.",
        graceSeconds: 300,
      }),
    );
  });

  test("are paused and deleted from the list, and restored by Undo", async () => {
    const check = await create("checks", { name: "nightly backup", schedule: HOURLY });
    const { user } = await open("checks");
    await user.click(await screen.findByRole("button", { name: "Actions for nightly backup" }));
    await user.click(await screen.findByRole("menuitem", { name: "Pause" }));
    await waitFor(async () => expect((await asAda(`${project}/checks/${check.id}`)).status).toBe("paused"));
    await user.click(screen.getByRole("button", { name: "Actions for nightly backup" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    const deleted = within(await screen.findByText(/“nightly backup” is deleted/));
    await waitFor(() => expect(screen.queryByRole("link", { name: "nightly backup" })).toBeNull());
    await user.click(deleted.getByRole("button", { name: "Undo delete" }));
    expect(await screen.findByRole("link", { name: "nightly backup" })).toBeTruthy();
  });

  test("list their pings, runs and history in tables", async () => {
    const check = await create("checks", { name: "nightly backup", schedule: HOURLY });
    await ping(`${pingPath(check)}/start`);
    await ping(`${pingPath(check)}/3`, "rsync: disk full");
    const { user } = await open(`checks/${check.id}?tab=pings`);
    await waitFor(() => expect(tableRows("Pings").map(([, kind]) => kind)).toEqual(["Failure", "Start"]));
    await user.click(screen.getByRole("tab", { name: "Runs" }));
    await waitFor(() => expect(tableRows("Runs")[0]?.[0]).toBe("Failure"));
    await user.click(screen.getByRole("tab", { name: "History" }));
    await waitFor(() => expect(tableRows("Incidents")[0]?.[0]).toBe("The job failed with exit status 3"));
  });
});

describe("channels", () => {
  test("show the secret of a webhook once, and then stand in the list", async () => {
    const { user, router } = await open("channels/new/webhook");
    await user.type(
      await screen.findByRole("textbox", { name: "Address" }),
      "https://hooks.example.org/overdue",
    );
    await user.click(screen.getByRole("button", { name: "Create channel" }));
    expect((await screen.findByLabelText("secret")).textContent).toMatch(/^whsec_/);
    await user.click(screen.getByRole("button", { name: "I have copied it" }));
    await waitFor(() => expect(router.state.location.pathname).toMatch(/\/channels$/));
    expect(await screen.findByText("Not tested yet")).toBeTruthy();
  });

  test("keep a setting that is chosen on their page", async () => {
    const { id } = await create("channels", WEBHOOK);
    const { user } = await open(`channels/${id}`);
    await user.click(await screen.findByRole("switch", { name: /^Fallback channel/ }));
    await screen.findByText("Saved.");
    expect(await asAda(`${project}/channels/${id}`)).toMatchObject({ isFallback: true });
  });
});

test("an alert route is created, summed up in the list, and previewed", async () => {
  await create("channels", WEBHOOK);
  await create("checks", { name: "nightly backup", schedule: HOURLY, channelIds: [] });
  const { user } = await open("routes/new");
  await user.type(screen.getByLabelText(/^Name/), "Everything");
  await user.click(screen.getByRole("combobox", { name: "Step 1: notify" }));
  await user.click(await screen.findByRole("option", { name: "Pager" }));
  await user.click(screen.getByRole("button", { name: "Create route" }));
  await screen.findByRole("heading", { name: "Everything" });
  expect(screen.getByText(/^When any check goes down, notify Pager immediately\./)).toBeTruthy();
  await user.click(screen.getByRole("combobox", { name: "If this check" }));
  await user.click(await screen.findByRole("option", { name: "nightly backup" }));
  await waitFor(() => expect(tableRows()[0]?.[0]).toBe("immediately"));
});

test("maintenance is started and stopped", async () => {
  const { user } = await open("maintenance");
  await user.type(screen.getByLabelText("Name"), "Deploy");
  await user.click(screen.getByRole("button", { name: "Start now" }));
  await user.click(await screen.findByRole("button", { name: "Stop now: Deploy" }));
  await screen.findByText("Maintenance is over.");
  expect((await asAda(`${project}/maintenance`)).items[0].active).toBeNull();
});

test("an incident is acknowledged from the list", async () => {
  const check = await create("checks", { name: "nightly backup", schedule: HOURLY });
  await ping(`${pingPath(check)}/3`, "rsync: disk full");
  const { user } = await open("incidents");
  await user.click(await screen.findByRole("button", { name: "Acknowledge" }));
  expect(await screen.findByText("Acknowledged by Ada.")).toBeTruthy();
  expect((await asAda(`${project}/incidents`)).items[0].acknowledgedBy).toBe("Ada");
});

test("an API key that is created in the settings works", async () => {
  const { user } = await open("settings");
  const card = within(await screen.findByRole("region", { name: "API keys" }));
  await user.type(card.getByLabelText(/^Name/), "terraform");
  await user.click(card.getByRole("button", { name: "Create key" }));
  const key = (await card.findByLabelText("API key")).textContent ?? "";
  expect(await call("", `${project}/checks`, { headers: { authorization: `Bearer ${key}` } })).toEqual({
    items: [],
    next: null,
  });
});

test("the audit lists who changed what, but no values, and finds it by names and kinds", async () => {
  await create("checks", { name: "nightly backup", schedule: HOURLY });
  const { user } = await open("audit");
  await waitFor(() =>
    expect(tableRows()[0]?.slice(1, 4)).toEqual([
      "ada@example.org from 127.0.0.1",
      "check: create",
      "nightly backup",
    ]),
  );
  await user.type(screen.getByRole("textbox", { name: "Find" }), "nothing of this name");
  await screen.findByText("No change matches.");
  await user.clear(screen.getByRole("textbox", { name: "Find" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "What was changed" }), "Checks");
  await waitFor(() => expect(tableRows()).toHaveLength(1));
});

test("a ping with an unknown slug is listed with the reason", async () => {
  const { pingKey } = await asAda(project);
  await ping(`/ping/${pingKey}/nightly-bakup`);
  await waitFor(async () => expect((await asAda(`${project}/refused-pings`)).items).toHaveLength(1));
  await open("refused-pings");
  await waitFor(() => expect(tableRows()[0]?.[3]).toMatch(/^No check of this project has this slug\./));
});

test.each([
  ["deliveries", /^Nothing was sent yet\./],
  ["dead-letters", /^Everything was delivered\./],
  ["maintenance", /^No maintenance window yet\./],
  ["routes", /^No route yet:/],
  ["on-call", /^No rotation yet\./],
  ["incidents", /^Nothing is down:/],
])("the page %s of an empty project says so", async (path, text) => {
  await open(path);
  expect(await screen.findByText(text)).toBeTruthy();
});

test("the report of a new project shows its period and its figures", async () => {
  await open("report");
  await waitFor(() => expect(tableRows()).toHaveLength(6));
  expect(screen.getByText(/^\w+ \d{4}, time zone /)).toBeTruthy();
});

test("a viewer sees a check without its ping URL, and no button for changes", async () => {
  const check = await create("checks", { name: "nightly backup", schedule: HOURLY });
  const { link } = await create("invitations", { email: "vera@example.org", role: "viewer" });
  const [, token] = link.split("token=");
  const { id } = await call(COOKIES.vera, "/api/auth/invitation", { method: "POST", json: { token } });
  await call(COOKIES.vera, `/v1/invitations/${id}/accept`, { method: "POST", json: { token } });
  signInAs(COOKIES.vera);
  await open(`checks/${check.id}`);
  expect(
    screen.getByText("You have view-only access. Ask a project owner to make you an editor."),
  ).toBeTruthy();
  expect(await screen.findByText(/the ping URL is not shown to you/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^(Edit|Pause|Delete)/ })).toBeNull();
});

test("the account has a page of its own, under the bar of the project that was open last", async () => {
  const { user } = await open("checks");
  await user.click(await screen.findByRole("button", { name: /^Account:/ }));
  await user.click(await screen.findByRole("menuitem", { name: "Your account" }));
  expect(await screen.findByRole("region", { name: "Your password" })).toBeTruthy();
  expect(screen.getByRole("navigation", { name: "Project" })).toBeTruthy();
});
