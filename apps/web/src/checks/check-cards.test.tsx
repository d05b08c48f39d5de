// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { aCheck, anOverview, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { checkQuery } from "./check-queries.ts";
import { CreateCheckButton } from "./create-check-button.tsx";
import { Findings } from "./findings.tsx";
import { HowToPing } from "./how-to-ping.tsx";
import { SettingsCard } from "../pages/check-side.tsx";
import { StatusPanel } from "./status-panel.tsx";

const PATH = `/v1/projects/${PROJECT}/checks`;
const OVERVIEWS = `/v1/projects/${PROJECT}/check-overviews`;

/** The labels and values of a list of facts. */
function facts(): Record<string, string> {
  return Object.fromEntries(
    screen
      .getAllByRole("term")
      .map((term) => [term.textContent ?? "", term.nextElementSibling?.textContent ?? ""]),
  );
}

describe("the status of a check", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-11-20T12:00:00Z"), toFake: ["Date"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("is late as soon as its expected time has passed, without waiting for the server", async () => {
    const check = aCheck({
      status: "up",
      expectedAt: "2026-11-20T11:57:00Z",
      deadlineAt: "2026-11-20T12:57:00Z",
    });
    await renderPart(<StatusPanel check={check} headline={null} because={null} />);
    expect(screen.getByRole("timer").textContent).toBe("late by 3 min, down in 57 min");
    expect(screen.getByText("Late")).toBeTruthy();
  });

  test("shows its times in the zone of the reader", async () => {
    const schedule = { kind: "cron", expression: "30 1 * * *", timezone: "UTC" } as const;
    const check = aCheck({
      schedule,
      status: "up",
      expectedAt: "2026-11-21T01:30:00Z",
      deadlineAt: "2026-11-21T02:30:00Z",
      lastDurationMs: 250_000,
    });
    await renderPart(<StatusPanel check={check} headline={null} because={null} />);
    expect(facts()).toMatchObject({
      Expected: "Sat 21 Nov 2026, 02:30:00 CET",
      "Down unless it pings by": "Sat 21 Nov 2026, 03:30:00 CET",
      Grace: "5 minutes",
      "Last ping": "never",
      "Last run took": "4 min 10 s",
    });
  });

  test("says why it is down, and no longer when it will be", async () => {
    const check = aCheck({ status: "down", deadlineAt: "2026-11-20T11:00:00Z" });
    await renderPart(<StatusPanel check={check} headline="Failed 2 h ago" because="The job failed." />);
    expect(screen.getByText("The job failed.")).toBeTruthy();
    expect(screen.getByText("Failed 2 h ago")).toBeTruthy();
    expect(facts()["Down unless it pings by"]).toBeUndefined();
  });

  test("does not give a reason while it is up", async () => {
    await renderPart(
      <StatusPanel check={aCheck({ status: "up" })} headline="Failed 2 h ago" because="The job failed." />,
    );
    expect(screen.queryByText("The job failed.")).toBeNull();
  });

  test("says before all facts that a maintenance window lasts, and until when", async () => {
    const check = aCheck({
      status: "up",
      maintenance: { from: "2026-11-20T11:00:00Z", until: "2026-11-20T14:00:00Z" },
    });
    await renderPart(<StatusPanel check={check} headline={null} because={null} />);
    expect(screen.getByText("In maintenance").parentElement?.textContent).toMatch(
      /^In maintenance until Fri 20 Nov 2026, .*: deadlines are excluded, and nobody is notified\.$/,
    );
  });
});

describe("the settings of a check", () => {
  test("are summed up in sentences, with the names of the checks on which it depends", async () => {
    fakeApi({ [`GET ${OVERVIEWS}`]: page(anOverview({ id: "c2", name: "storage" })) });
    const check = aCheck({
      maxRuntimeSeconds: 3_600,
      dependsOn: ["c2"],
      recoverAfter: 2,
      severity: "critical",
    });
    await renderPart(<SettingsCard check={check} />);
    await screen.findByText("Its alert is held back while storage is down.");
    const sentences = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    // The picture of the slot above them explains the limits first.
    expect(sentences.slice(sentences.indexOf("Its severity is critical."))).toEqual([
      "Its severity is critical.",
      "A run may take 1 hour at most.",
      "Up again after 2 successful runs.",
      "Its alert is held back while storage is down.",
    ]);
  });

  test("that are all at their defaults say so", async () => {
    fakeApi({ [`GET ${PATH}`]: page() });
    await renderPart(<SettingsCard check={aCheck()} />);
    expect(screen.getByText("All other settings are at their defaults.")).toBeTruthy();
  });

  test("cannot be edited by viewers", async () => {
    fakeApi({ [`GET ${PATH}`]: page() });
    await renderPart(<SettingsCard check={aCheck()} />, { role: "viewer" });
    expect(screen.queryByRole("link", { name: "Edit" })).toBeNull();
  });
});

describe("a suggested change", () => {
  const check = aCheck({ graceSeconds: 300 });
  const finding = {
    kind: "grace",
    sentence: "Its pings come up to 20 minutes late.",
    edit: { graceSeconds: 1_800 },
  };

  async function showChange(warnings: readonly string[] = []) {
    const edited = { ...check, graceSeconds: 1_800, version: 2, warnings };
    const sent = fakeApi({
      [`GET ${PATH}/${CHECK}/findings`]: page(finding),
      [`PATCH ${PATH}/${CHECK}`]: edited,
    });
    const rendered = await renderPart(<Findings check={check} />);
    await rendered.user.click(await screen.findByRole("button", { name: "Show suggested change" }));
    return { ...rendered, sent };
  }

  test("is shown before it is made", async () => {
    const { sent } = await showChange();
    expect(screen.getByRole("listitem").textContent).toBe("Grace: 5 minutes, from now on 30 minutes.");
    expect(sent.every(({ method }) => method === "GET")).toBe(true);
  });

  test("is applied on request, and can be undone", async () => {
    const { user, sent, client } = await showChange();
    await user.click(screen.getByRole("button", { name: "Apply" }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    const patches = () => sent.filter(({ method }) => method === "PATCH").map(({ json }) => json);
    await waitFor(() => expect(patches()).toEqual([{ graceSeconds: 1_800 }, { graceSeconds: 300 }]));
    expect(
      client.getQueryData(checkQuery({ projectId: PROJECT, checkId: CHECK }).queryKey)?.graceSeconds,
    ).toBe(1_800);
  });

  test("comes with what is odd about the schedule that was saved", async () => {
    const { user } = await showChange(["APScheduler counts weekdays from Monday = 0."]);
    await user.click(screen.getByRole("button", { name: "Apply" }));
    expect(await screen.findByText("APScheduler counts weekdays from Monday = 0.")).toBeTruthy();
    expect(screen.getByText("Saved. Is it what you mean?")).toBeTruthy();
  });

  test("is hidden again by Cancel", async () => {
    const { user, sent } = await showChange();
    await user.click(screen.getByRole("button", { name: "Cancel" }));
    expect(screen.getByRole("button", { name: "Show suggested change" })).toBeTruthy();
    expect(sent.every(({ method }) => method === "GET")).toBe(true);
  });

  test("is described to viewers, but not offered", async () => {
    fakeApi({ [`GET ${PATH}/${CHECK}/findings`]: page(finding) });
    await renderPart(<Findings check={check} />, { role: "viewer" });
    expect(await screen.findByText("Its pings come up to 20 minutes late.")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("the instructions for pinging a check", () => {
  const check = aCheck({
    name: "nightly backup",
    slug: "nightly-backup",
    pingUrl: "https://overdue.example/ping/3f1c",
    slugPingUrl: "https://overdue.example/ping/key/nightly-backup",
    pingEmail: "3f1c@ping.overdue.example",
  });

  test("show its URL, the URL with its slug, and its e-mail address", async () => {
    await renderPart(<HowToPing check={check} />);
    expect(screen.getByLabelText("ping URL").textContent).toBe("https://overdue.example/ping/3f1c");
    expect(screen.getByLabelText("ping URL by slug").textContent).toBe(
      "https://overdue.example/ping/key/nightly-backup",
    );
    expect(screen.getByLabelText("e-mail address").textContent).toBe("3f1c@ping.overdue.example");
  });

  test("show a snippet for the place that is chosen", async () => {
    const { user } = await renderPart(<HowToPing check={check} />);
    await user.click(screen.getByRole("tab", { name: "Kubernetes" }));
    const panel = within(await screen.findByRole("tabpanel"));
    expect(panel.getByLabelText("Kubernetes snippet").textContent).toContain("kind: CronJob");
  });

  test("hide the URL from people with view-only access", async () => {
    await renderPart(<HowToPing check={{ ...check, pingUrl: null }} />);
    expect(screen.getByText(/You have view-only access/)).toBeTruthy();
    expect(screen.queryByLabelText("ping URL")).toBeNull();
  });
});

test("a check that pings name already is made by one click, due once a day", async () => {
  const sent = fakeApi({ [`POST ${PATH}`]: () => problem(422, { code: "invalid", detail: "No." }) });
  const { user } = await renderPart(
    <CreateCheckButton projectId={PROJECT} missing={{ slug: "nightly-bakup" }} />,
  );
  await user.click(screen.getByRole("button", { name: "Create nightly-bakup" }));
  await screen.findByText("No.");
  expect(sent.at(-1)?.json).toMatchObject({
    name: "nightly-bakup",
    slug: "nightly-bakup",
    schedule: { kind: "interval", everySeconds: 86_400 },
  });
});
