// @vitest-environment happy-dom
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { appApi } from "../../test/app-api.ts";
import { fakeApi, page } from "../../test/fake-api.ts";
import { anOverview, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderApp, tableRows } from "../../test/render.tsx";
import { itemsNear, type RowInput, rowItems, rowShapes, stackRuns } from "./day-picture.ts";
import type { Activity, CheckActivity } from "./day-queries.ts";
import { axisLines, shiftStart, spanAt, zoomStart } from "./day-span.ts";
import { atFullHour, countOverlaps, loadByPart, selectRows, sumRow } from "./day-summary.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.parse("2026-11-20T00:00:00Z");

/** Ran at 2:00 for 4 minutes, failed at 3:00, missed at 4:00, and will be due at 5:00. */
function aRow(check: Partial<CheckActivity> = {}): CheckActivity {
  return {
    id: CHECK,
    name: "backup",
    tags: ["db"],
    scheduleText: "Every hour",
    status: "up",
    slots: [
      [2 * HOUR, "on-time", 0],
      [3 * HOUR, "failed", 0],
      [4 * HOUR, "missed", null],
    ],
    runs: [
      [2 * HOUR, 2 * HOUR + 4 * MINUTE, "on-time", 0],
      [3 * HOUR, 3 * HOUR + MINUTE, "failed", 127],
    ],
    upcoming: [5 * HOUR],
    ...check,
  };
}
const input = (check: CheckActivity): RowInput => ({ check, ms: DAY, partMs: DAY / 240, now: 4.5 * HOUR });
const clock = (at: number) => new Date(FROM + at).toISOString().slice(11, 16);

describe("the span that is shown", () => {
  test("is the one around now, a sixth of which lies ahead, and stands still for a quarter of an hour", () => {
    const span = spanAt("day", null, FROM + 20 * HOUR);
    expect(span).toEqual({ from: FROM, until: FROM + DAY });
    expect(spanAt("day", null, FROM + 20 * HOUR - MINUTE)).toEqual(span);
  });

  test("moves by half of it, and keeps its middle when it becomes longer", () => {
    const span = spanAt("day", FROM, 0);
    expect(shiftStart(span, 1)).toBe(FROM + 12 * HOUR);
    expect(zoomStart(span, "week")).toBe(FROM - 3 * DAY);
  });

  test("has its lines at the hours of the reader's clock, also where the clock changes", () => {
    const change = { from: Date.parse("2026-03-28T23:00:00Z"), until: Date.parse("2026-03-29T22:00:00Z") };
    const lines = axisLines(change, "Europe/Berlin", 9);
    expect(lines.map(({ label }) => label)).toEqual([
      "Sun 29",
      "03:00",
      "06:00",
      "09:00",
      "12:00",
      "15:00",
      "18:00",
      "21:00",
    ]);
  });
});

describe("the picture of a row", () => {
  test("has one path for each kind, and draws what is missed as an outline", () => {
    const shapes = rowShapes(input(aRow()), 960);
    expect(shapes.map(({ kind, stroke }) => [kind, stroke])).toEqual([
      ["on-time", false],
      ["failed", false],
      ["missed", true],
      ["upcoming", false],
    ]);
    // Four minutes of a day are 2.7 pixels of 960, of which at least 3 are drawn.
    expect(shapes[0]?.path).toMatch(/^M80 7H83V24H80z/);
  });

  test("lays runs that overlap one above the other", () => {
    const run = (start: number, end: number) =>
      ({ start, end, kind: "on-time", exitStatus: null, hasStart: true }) as const;
    const runs = [run(0, 10), run(5, 8), run(12, 14)];
    expect(stackRuns(runs).map(({ level, levels }) => [level, levels])).toEqual([
      [0, 2],
      [1, 2],
      [0, 2],
    ]);
    expect(countOverlaps(runs)).toBe(1);
  });

  test("says of each run and each expected time what became of it", () => {
    expect(rowItems(input(aRow()), clock).map(({ text }) => text)).toEqual([
      "Ran: from 02:00, 4 min",
      "Due 02:00: on time",
      "Failed with exit status 127 (command not found): from 03:00, 1 min",
      "Due 03:00: failed",
      "Due 04:00: missed",
      "Expected 05:00",
    ]);
  });

  test("says how many were due where a part stands for many", () => {
    const check = aRow({ slots: [], runs: [], upcoming: [], parts: [[10, "missed", 6, 0, 2]] });
    expect(rowItems(input(check), clock).map(({ text }) => text)).toEqual(["01:00, 6 min: 6 due, 2 missed"]);
    expect(sumRow(check, 5 * HOUR)).toMatchObject({ runs: 4, missed: 2, failed: 0 });
  });

  test("names what lies near the pointer, the nearest first", () => {
    const items = rowItems(input(aRow()), clock);
    expect(itemsNear(items, 3 * HOUR + 2 * MINUTE, 5 * MINUTE).map(({ start }) => start)).toEqual([
      3 * HOUR,
      3 * HOUR,
    ]);
    expect(itemsNear(items, 10 * HOUR, 5 * MINUTE)).toEqual([]);
  });
});

describe("what a span holds", () => {
  test("is summed up for each check", () => {
    expect(sumRow(aRow(), 4.5 * HOUR)).toEqual({
      runs: 2,
      failed: 1,
      missed: 1,
      late: 0,
      overlong: 0,
      overlap: 0,
      longestMs: 4 * MINUTE,
      firstAt: 2 * HOUR,
      nextAt: 5 * HOUR,
    });
  });

  test("piles up where several run in the same part, expected ones too", () => {
    const items = [aRow(), aRow({ name: "report" })];
    const loads = loadByPart({ items, partMs: HOUR }, DAY, 4.5 * HOUR);
    expect(loads.slice(2, 6)).toEqual([
      { runs: 2, expected: 0, names: ["backup", "report"] },
      { runs: 2, expected: 0, names: ["backup", "report"] },
      { runs: 0, expected: 0, names: [] },
      { runs: 0, expected: 2, names: ["backup", "report"] },
    ]);
  });

  test("counts what is due at the full hour", () => {
    const check = aRow({ upcoming: [5 * HOUR + 30 * MINUTE] });
    expect(atFullHour([check], FROM)).toEqual({ atFull: 3, all: 4 });
  });

  test("is narrowed to rows with some problem, and ordered by their first run", () => {
    const late = aRow({ name: "a late one", slots: [], runs: [[9 * HOUR, 10 * HOUR, "on-time", 0]] });
    const rows = [late, aRow()].map((check) => ({ check, sums: sumRow(check, 12 * HOUR) }));
    const names = (selection: Parameters<typeof selectRows>[1]) =>
      selectRows(rows, selection).map(({ check }) => check.name);
    expect(names({})).toEqual(["a late one", "backup"]);
    expect(names({ sort: "time" })).toEqual(["backup", "a late one"]);
    expect(names({ only: "missed" })).toEqual(["backup"]);
    expect(names({ q: "LATE" })).toEqual(["a late one"]);
    expect(names({ tag: "web" })).toEqual([]);
  });
});

describe("the page of the day", () => {
  type Shown = { items: CheckActivity[]; text: string };
  const OVERVIEWS = `GET /v1/projects/${PROJECT}/check-overviews`;
  const ACTIVITY = `/v1/projects/${PROJECT}/activity`;
  const activity: Activity = {
    from: new Date(FROM).toISOString(),
    until: new Date(FROM + DAY).toISOString(),
    partMs: DAY / 240,
    outages: [],
    items: [aRow(), aRow({ id: "other", name: "report", runs: [], slots: [] })],
  };

  async function renderDay(
    query = "",
    { items, text }: Shown = { items: activity.items, text: "2 runs of 2 checks" },
  ) {
    vi.useFakeTimers({ now: FROM + 20 * HOUR, toFake: ["Date"] });
    const sent = fakeApi({
      ...appApi(),
      [`GET ${ACTIVITY}`]: { ...activity, items, next: null },
      [OVERVIEWS]: page(anOverview({ id: CHECK, expectedAt: "2026-11-21T06:00:00Z" })),
    });
    const rendered = await renderApp(`/projects/${PROJECT}/day${query}`);
    await screen.findByText(text);
    vi.useRealTimers();
    const spans = () => sent.filter(({ path }) => path === ACTIVITY).map((one) => one.query["from"]);
    return { ...rendered, spans };
  }

  test("is a table too, with the figures of each check", async () => {
    await renderDay("?as=table");
    expect(tableRows().map((row) => row.slice(0, 4))).toEqual([
      ["backup", "2", "1", "1"],
      ["report", "–", "–", "–"],
    ]);
  });

  test("says in the table what is due after the span that is shown, too", async () => {
    await renderDay("?as=table", { items: [aRow({ upcoming: [] })], text: "2 runs of 1 checks" });
    await waitFor(() => expect(tableRows()[0]?.at(-1)).toMatch(/^Sat 21 Nov/));
  });

  test("opens the runs of a check where a run is clicked", async () => {
    const { router } = await renderDay("", { items: [aRow()], text: "2 runs of 1 checks" });
    const picture = screen.getByRole("img", { name: /^backup/ });
    vi.spyOn(picture, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 960, 34));
    fireEvent.pointerMove(picture, { clientX: 120.5, pointerType: "mouse" });
    fireEvent.click(picture);
    await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks/${CHECK}`));
    expect(router.state.location.search).toEqual({ tab: "runs", at: "2026-11-20T03:00:00.000Z" });
  });

  test("shows what is there by the first touch, and opens it by the second", async () => {
    const { router } = await renderDay("", { items: [aRow()], text: "2 runs of 1 checks" });
    const picture = screen.getByRole("img", { name: /^backup/ });
    vi.spyOn(picture, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 0, 960, 34));
    const touch = () => {
      fireEvent.pointerDown(picture, { clientX: 120.5, pointerType: "touch" });
      fireEvent.pointerUp(picture, { clientX: 120.5, pointerType: "touch" });
      fireEvent.click(picture);
    };
    touch();
    expect(screen.getByRole("tooltip").textContent).toContain("Failed with exit status 127");
    expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/day`);
    touch();
    await waitFor(() => expect(router.state.location.pathname).toBe(`/projects/${PROJECT}/checks/${CHECK}`));
  });

  test("shows only the checks with a kind of problem when somebody chooses it", async () => {
    const { user } = await renderDay("?as=table");
    await user.click(screen.getByRole("button", { name: "1 missed" }));
    expect(tableRows()).toHaveLength(1);
  });

  test("moves to earlier times by the arrow key, and back to now", async () => {
    const { user, spans, router } = await renderDay();
    expect(spans()).toEqual(["2026-11-20T00:00:00.000Z"]);
    await user.keyboard("{ArrowLeft}");
    await waitFor(() => expect(spans().at(-1)).toBe("2026-11-19T12:00:00.000Z"));
    await user.keyboard("n");
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  test("becomes shorter as two fingers move apart, and longer as they move together", async () => {
    const { router } = await renderDay();
    const picture = screen.getByRole("img", { name: /^How many runs go on at once/ });
    const finger = (pointerId: number, clientX: number) => ({ pointerId, clientX, pointerType: "touch" });
    fireEvent.pointerDown(picture, finger(1, 100));
    fireEvent.pointerDown(picture, finger(2, 200));
    fireEvent.pointerMove(picture, finger(2, 270));
    await waitFor(() => expect(router.state.location.search).toEqual({ zoom: "6h" }));
    fireEvent.pointerUp(picture, finger(2, 270));
    fireEvent.pointerDown(picture, finger(2, 300));
    fireEvent.pointerMove(picture, finger(2, 200));
    await waitFor(() => expect(router.state.location.search).toEqual({}));
  });

  test("is dragged by one finger, which moves the span", async () => {
    const { spans } = await renderDay();
    const picture = screen.getByRole("img", { name: /^How many runs go on at once/ });
    const at = (clientX: number) => ({ pointerId: 1, clientX, pointerType: "touch", button: 0 });
    Object.assign(Element.prototype, { setPointerCapture: () => undefined });
    fireEvent.pointerDown(picture, at(100));
    fireEvent.pointerMove(picture, at(160));
    fireEvent.pointerUp(picture, at(160));
    await waitFor(() => expect((spans().at(-1) ?? "") < "2026-11-20T00:00:00.000Z").toBe(true));
  });
});
