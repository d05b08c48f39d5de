// @vitest-environment happy-dom
import { decodeMarks } from "@overdue/core";
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { fakeApi, page } from "../../test/fake-api.ts";
import { AT, CHECK, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import type { SlotView } from "../history/history-queries.ts";
import { CheckStrip, markTexts } from "./check-strip.tsx";
import { Strip } from "./strip.tsx";

const aSlot = (slot: Partial<SlotView> = {}): SlotView => ({
  dueAt: AT,
  outcome: "on-time",
  decidedAt: AT,
  lateMs: 0,
  runId: null,
  run: null,
  because: null,
  ...slot,
});

describe("a strip", () => {
  const explain = (index: number) => `mark ${index}`;

  test("is described as a whole to people who cannot see it", async () => {
    await renderPart(<Strip marks={decodeMarks("o4o4l5m4")} label="The last runs" explain={explain} />);
    const name = screen.getByRole("img").getAttribute("aria-label");
    expect(name).toBe("The last runs: 2 on time, 1 late, 1 missed");
  });

  test("explains its newest mark when it gets the focus, and the others by the arrow keys", async () => {
    const { user } = await renderPart(<Strip marks={decodeMarks("o4o4l5")} label="Runs" explain={explain} />);
    await user.tab();
    expect(screen.getByRole("tooltip").textContent).toBe("mark 2");
    await user.keyboard("{ArrowLeft}");
    expect(screen.getByRole("tooltip").textContent).toBe("mark 1");
    await user.keyboard("{Home}{ArrowLeft}");
    expect(screen.getByRole("tooltip").textContent).toBe("mark 0");
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("tooltip")).toBeNull();
  });

  test("without a mark says that no run was due yet", async () => {
    await renderPart(<Strip marks={[]} label="Runs" explain={explain} />);
    expect(screen.getByText("no run was due yet")).toBeTruthy();
  });

  test("asks for its texts only once somebody wants to know", async () => {
    const onInterest = vi.fn();
    const { user } = await renderPart(
      <Strip marks={decodeMarks("o4")} label="Runs" explain={() => null} onInterest={onInterest} />,
    );
    expect(onInterest).not.toHaveBeenCalled();
    await user.tab();
    expect(onInterest).toHaveBeenCalled();
    expect(screen.getByRole("tooltip").textContent).toBe("Loading…");
  });
});

test("the strip of a check in a list reads its slots on demand, and explains a mark by its slot", async () => {
  const sent = fakeApi({
    [`GET /v1/projects/${PROJECT}/checks/${CHECK}/slots`]: page(
      aSlot({ outcome: "missed", lateMs: null }),
      aSlot(),
    ),
  });
  const check = { id: CHECK, name: "backup", strip: "o4m4" };
  const { user } = await renderPart(<CheckStrip projectId={PROJECT} check={check} />);
  expect(sent).toEqual([]);
  await user.tab();
  await waitFor(() => expect(screen.getByRole("tooltip").textContent).toMatch(/^Missed, due /));
});

test("marks without a slot, of an open run or a pause, are explained too", () => {
  const texts = markTexts(decodeMarks("o4r4p1"), [aSlot()]);
  expect(texts.map((text) => text.split(",")[0])).toEqual(["On time", "Running", "Paused"]);
});
