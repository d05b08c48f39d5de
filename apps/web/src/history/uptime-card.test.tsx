// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";

import { fakeApi, page } from "../../test/fake-api.ts";
import { CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import type { UptimeView } from "./history-queries.ts";
import { UptimeCard } from "./uptime-card.tsx";

const PATH = `/v1/projects/${PROJECT}/checks/${CHECK}`;
const NONE = { uptime: null, onTime: 0, late: 0, failed: 0, missed: 0, maintenance: 0, outage: 0 };
const DAY = { onTime: 1, late: 0, failed: 0, missed: 0, overlong: 0, excluded: 0, meanMs: 60_000 };

async function renderCard(uptime: Partial<UptimeView>) {
  fakeApi({ [`GET ${PATH}/uptime`]: uptime, [`GET ${PATH}/slots`]: page() });
  const check = { projectId: PROJECT, checkId: CHECK, zone: "Europe/Berlin" };
  return await renderPart(<UptimeCard check={check} status="up" isRunning={false} />);
}

test("the uptime says what was bad, and what does not count", async () => {
  await renderCard({
    spans: [
      { days: 1, ...NONE },
      { days: 7, ...NONE, uptime: 1, onTime: 7 },
      { days: 30, ...NONE, uptime: 0.966_6, failed: 1, late: 2, missed: 1, maintenance: 3, outage: 1 },
    ],
    days: [{ day: "2026-11-20", ...DAY }],
  });
  await screen.findByText("96.66%");
  expect(screen.getAllByRole("definition").map(({ textContent }) => textContent)).toEqual([
    "–nothing was due",
    "100%all on time",
    "96.66%1 failed, 1 missed, 2 latenot counted: 3 in maintenance, 1 while Overdue was down",
  ]);
});

test("without a run that was due, one sentence stands for figures and empty pictures", async () => {
  await renderCard({ spans: [{ days: 1, ...NONE }], days: [] });
  await screen.findByText("No run was due yet. The figures begin with the first one.");
  expect(screen.queryByRole("definition")).toBeNull();
  expect(screen.queryByText("90 days ago")).toBeNull();
});
