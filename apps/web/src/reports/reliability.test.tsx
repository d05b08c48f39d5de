// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, test } from "vitest";

import { CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart, tableRows } from "../../test/render.tsx";
import { nextOrder, orderChecks, readOrder } from "./reliability-order.ts";
import type { CheckFigures } from "./report-queries.ts";
import { CheckTable, ReliabilityFigures } from "./reliability-tables.tsx";

const NOTHING: CheckFigures = {
  checkId: CHECK,
  name: "backup",
  tags: [],
  uptime: 1,
  onTime: 10,
  late: 0,
  failed: 0,
  missed: 0,
  maintenance: 0,
  outage: 0,
  downs: 0,
  acknowledged: 0,
  acknowledgeMs: null,
  recovered: 0,
  recoverMs: null,
  runs: 0,
  meanMs: null,
  longestMs: null,
};
const check = (name: string, figures: Partial<CheckFigures> = {}) => ({ ...NOTHING, ...figures, name });
const namesBy = (sort: string | undefined, checks: readonly CheckFigures[]) =>
  orderChecks(checks, readOrder(sort)).map(({ name }) => name);

test("the worst uptime comes first, and checks that were never due come last", () => {
  const checks = [check("new", { uptime: null }), check("good"), check("bad", { uptime: 0.5 })];
  expect(namesBy(undefined, checks)).toEqual(["bad", "good", "new"]);
  expect(namesBy("-uptime", checks)).toEqual(["good", "bad", "new"]);
});

test("by any other figure, the highest comes first", () => {
  const checks = [
    check("calm"),
    check("flaky", { downs: 9 }),
    check("b", { downs: 2 }),
    check("a", { downs: 2 }),
  ];
  expect(namesBy("downs", checks)).toEqual(["flaky", "a", "b", "calm"]);
  expect(namesBy("-downs", checks)).toEqual(["calm", "a", "b", "flaky"]);
});

test("a second click on a head reverses the order", () => {
  expect(nextOrder(readOrder("missed"), "missed")).toBe("-missed");
  expect(nextOrder(readOrder("-missed"), "missed")).toBe("missed");
  expect(nextOrder(readOrder("missed"), "late")).toBe("late");
});

test("the table shows its order, and each check and its incidents are links", async () => {
  const chosen: string[] = [];
  const { user } = await renderPart(
    <CheckTable
      projectId={PROJECT}
      checks={[check("backup", { uptime: 0.75, missed: 2, downs: 1, recoverMs: 90_000 })]}
      order={readOrder("missed")}
      sortBy={(by) => chosen.push(by)}
    />,
  );
  expect(tableRows()).toEqual([["backup", "75%", "2", "–", "–", "1", "–", "–", "–", "1 min 30 s"]]);
  expect(screen.getByRole("columnheader", { name: "Missed" }).getAttribute("aria-sort")).toBe("descending");
  expect(screen.getByRole("link", { name: "backup" }).getAttribute("href")).toContain(CHECK);
  expect(screen.getByRole("link", { name: "1 incident" }).getAttribute("href")).toContain("tab=history");
  await user.click(screen.getByRole("button", { name: "Late" }));
  expect(chosen).toEqual(["late"]);
});

test("what does not count is said beside the figures", async () => {
  await renderPart(<ReliabilityFigures all={{ ...NOTHING, checks: 2, maintenance: 3, outage: 1 }} />);
  const card = within(screen.getByRole("region", { name: "2 checks" }));
  expect(
    card.getByText(/Not counted: paused time, 3 in maintenance, 1 while Overdue itself was down\./),
  ).toBeTruthy();
});
