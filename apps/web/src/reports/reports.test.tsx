// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { fakeApi, problem } from "../../test/fake-api.ts";
import { CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart, tableRows } from "../../test/render.tsx";
import { ReportCard } from "./report-card.tsx";
import type { ReportSettings, ReportView } from "./report-queries.ts";
import { ReportSheet } from "../pages/report-page.tsx";

const PATH = `/v1/projects/${PROJECT}/my-report`;
const settings: ReportSettings = {
  every: "none",
  timezone: null,
  clockChanges: false,
  to: "ada@example.org",
  dueAt: null,
  problem: null,
  version: 1,
};

describe("the report of a person", () => {
  async function renderCard(shown: ReportSettings, handlers: Parameters<typeof fakeApi>[0] = {}) {
    const sent = fakeApi({ [`GET ${PATH}`]: shown, ...handlers });
    const rendered = await renderPart(<ReportCard projectId={PROJECT} projectZone="Europe/Berlin" />);
    await screen.findByText(/ada@example\.org/);
    return { ...rendered, sent: () => sent.filter(({ method }) => method !== "GET") };
  }

  test("begins in the browser's zone when it is chosen for the first time", async () => {
    const { user, sent } = await renderCard(settings, {
      [`PATCH ${PATH}`]: { ...settings, every: "week", version: 2 },
    });
    await user.selectOptions(screen.getByRole("combobox", { name: "How often" }), "Each week, on Monday");
    await screen.findByText("Saved.");
    expect(sent()[0]?.json).toEqual({
      every: "week",
      timezone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  });

  test("a note before clock changes is switched on by itself", async () => {
    const { user, sent } = await renderCard(
      { ...settings, timezone: "Asia/Tokyo" },
      { [`PATCH ${PATH}`]: { ...settings, clockChanges: true, version: 2 } },
    );
    await user.click(screen.getByRole("switch", { name: /^Also a note before clock changes/ }));
    await screen.findByText("Saved.");
    expect(sent()[0]?.json).toEqual({ clockChanges: true });
  });

  test("says when the next one comes, by the reader's clock, and by its own on hover", async () => {
    await renderCard({
      ...settings,
      every: "month",
      timezone: "Asia/Tokyo",
      dueAt: "2026-12-01T00:00:00.000Z",
    });
    expect(screen.getByText("Tue 1 Dec 2026, 01:00:00 CET").title).toMatch(
      /^Tue 1 Dec 2026, 09:00:00 GMT\+9 ·/,
    );
    expect(screen.getByText(/^The next one comes/)).toBeTruthy();
  });

  test("is sent now on request", async () => {
    const { user } = await renderCard(settings, { [`POST ${PATH}/send`]: {} });
    await user.click(screen.getByRole("button", { name: "Send one now" }));
    expect(await screen.findByText("On its way to ada@example.org.")).toBeTruthy();
  });

  test("shows why it cannot be sent", async () => {
    await renderCard({ ...settings, problem: "Your address is not confirmed yet." });
    expect(screen.getByText("Your address is not confirmed yet.")).toBeTruthy();
  });

  test("keeps its choice where the server refuses another", async () => {
    const { user } = await renderCard(settings, {
      [`PATCH ${PATH}`]: () => problem(409, { detail: "Try again." }),
    });
    await user.selectOptions(screen.getByRole("combobox", { name: "How often" }), "Each week, on Monday");
    expect((await screen.findByRole("alert")).textContent).toContain("Try again.");
    expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "How often" }).value).toBe("none");
  });
});

describe("the sheet of a report", () => {
  const none = { total: 0, first: [] };
  const same = { now: 0, before: 0 };
  const report: ReportView = {
    period: {
      every: "month",
      label: "2026-11",
      from: "2026-10-31T23:00:00.000Z",
      until: "2026-11-30T23:00:00.000Z",
      timezone: "Europe/Berlin",
      isOver: true,
      previous: "2026-10",
      next: null,
    },
    checks: 12,
    uptime: { now: 0.999_96, before: 0.98 },
    leftOut: { pausedChecks: 1, maintenanceChecks: 0, outageMs: 180_000 },
    onTime: { now: 340, before: 330 },
    late: { now: 3, before: 5 },
    missed: same,
    failed: same,
    excluded: same,
    downs: { now: 2, before: 4 },
    worst: none,
    latest: none,
    slowest: none,
    neverRan: none,
    silent: none,
    paused: none,
    open: none,
    broken: none,
  };

  async function renderSheet(changes: Partial<ReportView> = {}) {
    await renderPart(<ReportSheet projectId={PROJECT} report={{ ...report, ...changes }} />);
  }

  test("compares its figures with the period before, and never rounds up to 100 %", async () => {
    await renderSheet();
    expect(tableRows("12 checks")).toEqual([
      ["Up", "99.99%", "98%"],
      ["On time", "340", "330"],
      ["Late", "3", "5"],
      ["Missed", "0", "0"],
      ["Failed", "0", "0"],
      ["Went down", "2", "4"],
    ]);
  });

  test("names what its figures exclude", async () => {
    await renderSheet();
    expect(screen.getByText(/^Excluded:/).textContent).toBe(
      "Excluded: pauses of 1 check, 3 min in which Overdue could not receive pings.",
    );
  });

  test("has a card only for lists that are not empty", async () => {
    await renderSheet();
    expect(screen.getAllByRole("region").map((region) => region.getAttribute("aria-label"))).toEqual([
      "12 checks",
    ]);
  });

  test("lists the checks that matter, with a link to each, and says how many more there are", async () => {
    const worst = {
      total: 7,
      first: [{ checkId: CHECK, name: "nightly backup", downMs: 7_200_000, downs: 3, uptime: 0.99 }],
    };
    await renderSheet({ worst });
    const card = within(screen.getByRole("region", { name: "Down the longest (7)" }));
    expect(card.getByRole("listitem").textContent).toBe("nightly backup2 h in total, 3 times; 99% up");
    expect(card.getByRole("link").getAttribute("href")).toBe(`/projects/${PROJECT}/checks/${CHECK}`);
    expect(card.getByText("and 6 more")).toBeTruthy();
  });

  test("shows the times of its lists in the zone of the report", async () => {
    const open = {
      total: 1,
      first: [
        { checkId: CHECK, name: "nightly backup", reason: "too-often", openedAt: "2026-11-20T12:00:00.000Z" },
      ],
    };
    const broken = {
      total: 1,
      first: [
        { id: "ops", name: "Ops mailbox", brokenAt: "2026-11-20T12:00:00.000Z", because: "550 no such user" },
      ],
    };
    await renderSheet({ open, broken });
    expect(screen.getByRole("region", { name: "Down now" }).textContent).toContain(
      "too often, since Fri 20 Nov 2026, 13:00:00 CET",
    );
    expect(screen.getByRole("region", { name: "Channels that do not work" }).textContent).toContain(
      "since Fri 20 Nov 2026, 13:00:00 CET. 550 no such user",
    );
  });
});
